import assert from 'node:assert/strict';
import { Query } from 'web-tree-sitter';
import { grammarFile, language, withParser, withTree } from './grammar.ts';

/** What each part of a text is highlighted as; of several captures of a node the last one counts. */
async function highlights(text: string): Promise<Record<string, string>> {
  const query = new Query(await language, grammarFile('queries/highlights.scm'));
  return withParser((parser) => withTree(parser, text, (tree) => {
    const captures = query.captures(tree.rootNode).sort((a, b) => a.patternIndex - b.patternIndex);
    query.delete();
    return Object.fromEntries(captures.map(({ node, name }) => [node.text, name]));
  }));
}

describe('the highlighting query', () => {
  it('tells the parts of a ruleset apart', async () => {
    assert.deepEqual(await highlights('*filter\n:INPUT DROP [1:2]\n-A FORWARD ! -s 192.0.2.1 --comment="a b" -j web\nCOMMIT\n'), {
      '*': 'punctuation.special', filter: 'module', ':': 'punctuation.special', INPUT: 'function', DROP: 'constant.builtin', '[1:2]': 'number',
      '-A': 'keyword', FORWARD: 'function', '!': 'operator', '-s': 'property', '192.0.2.1': 'number', '--comment': 'property', '=': 'operator',
      '"a b"': 'string', '-j': 'property', web: 'function', COMMIT: 'keyword',
    });
  });

  it('tells the parts of a command apart', async () => {
    assert.deepEqual(await highlights('sudo iptables --append INPUT -j ACCEPT; date'), {
      sudo: 'keyword', iptables: 'function.builtin', '--append': 'keyword', INPUT: 'function', '-j': 'property', ACCEPT: 'constant.builtin', '; date': 'embedded',
    });
  });

  it('lifts verdict and packet out of an expectation', async () => {
    const text = '# expect DROP: tcp any -> any:23';
    assert.deepEqual(await highlights(text), { [text]: 'comment', DROP: 'constant.builtin', 'tcp any -> any:23': 'string.special' });
  });
});
