import { strict as assert } from 'node:assert';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as oniguruma from 'vscode-oniguruma';
import * as textmate from 'vscode-textmate';

const syntaxes = fileURLToPath(new URL('../../syntaxes/', import.meta.url));
const read = (name: string): string => readFileSync(path.join(syntaxes, name), 'utf8');

async function loadGrammar(): Promise<textmate.IGrammar> {
  const engine = createRequire(import.meta.url).resolve('vscode-oniguruma/release/onig.wasm');
  await oniguruma.loadWASM(readFileSync(engine));
  const registry = new textmate.Registry({
    onigLib: Promise.resolve({
      createOnigScanner: (sources) => new oniguruma.OnigScanner(sources),
      createOnigString: (text) => new oniguruma.OnigString(text),
    }),
    loadGrammar: () => Promise.resolve(textmate.parseRawGrammar(read('iptables.tmLanguage.json'), 'iptables.tmLanguage.json')),
  });
  const grammar = await registry.loadGrammar('source.iptables');
  assert.ok(grammar);
  return grammar;
}

/** Each line with its parts, `text` and the start of its innermost scope; parts without a scope are left out. */
const cases: [line: string, ...parts: [text: string, scope: string][]][] = [
  ['*filter', ['*', 'punctuation.definition.table'], ['filter', 'keyword.control.table']],
  ['COMMIT', ['COMMIT', 'keyword.control.commit']],
  ['# a remark', ['#', 'punctuation.definition.comment'], [' a remark', 'comment.line']],
  [':INPUT DROP [12:840]', [':', 'punctuation'], ['INPUT', 'entity.name.function.chain'], ['DROP', 'constant.language.policy'],
    ['[12:840]', 'constant.numeric.counters']],
  [':ufw-before-input - [0:0]', [':', 'punctuation'], ['ufw-before-input', 'entity.name.function.chain'],
    ['-', 'constant.language.policy'], ['[0:0]', 'constant.numeric.counters']],
  ['-A INPUT -j ACCEPT', ['-A', 'keyword.other.command'], ['INPUT', 'entity.name.function.chain'], ['-j', 'keyword.control.jump'],
    ['ACCEPT', 'constant.language.verdict']],
  ['[1:60] -A FORWARD -g my-chain', ['[1:60]', 'constant.numeric.counters'], ['-A', 'keyword.other.command'],
    ['FORWARD', 'entity.name.function.chain'], ['-g', 'keyword.control.jump'], ['my-chain', 'entity.name.function.chain']],
  ['-A INPUT -j LOG --log-prefix "in \\"x\\": "', ['-A', 'keyword'], ['INPUT', 'entity'], ['-j', 'keyword.control'],
    ['LOG', 'support.function.target'], ['--log-prefix', 'variable.parameter.option'], ['"', 'punctuation.definition.string.begin'],
    ['in ', 'string.quoted.double'], ['\\"', 'constant.character.escape'], ['x', 'string.quoted.double'],
    ['\\"', 'constant.character.escape'], [': ', 'string.quoted.double'], ['"', 'punctuation.definition.string.end']],
  ['-A i ! -s 10.0.0.0/8 -p tcp --dport 22:80', ['-A', 'keyword'], ['i', 'entity'], ['!', 'keyword.operator.logical.negation'],
    ['-s', 'variable.parameter.option'], ['10.0.0.0/8', 'constant.numeric.address.ipv4'], ['-p', 'variable.parameter.option'],
    ['tcp', 'support.type.protocol'], ['--dport', 'variable.parameter.option'], ['22', 'constant.numeric'], ['80', 'constant.numeric']],
  ['-A i -d 2001:db8::/32 -i eth0', ['-A', 'keyword'], ['i', 'entity'], ['-d', 'variable.parameter.option'],
    ['2001:db8::/32', 'constant.numeric.address.ipv6'], ['-i', 'variable.parameter.option'], ['eth0', 'string.unquoted.interface']],
  ['-A i -m mac --mac-source 00:11:22:33:44:55', ['-A', 'keyword'], ['i', 'entity'], ['-m', 'keyword.control.match'],
    ['mac', 'support.type.match'], ['--mac-source', 'variable'], ['00:11:22:33:44:55', 'constant.numeric.address.mac']],
  ['-A i -m conntrack --ctstate RELATED,ESTABLISHED', ['-A', 'keyword'], ['i', 'entity'], ['-m', 'keyword.control.match'],
    ['conntrack', 'support.type.match'], ['--ctstate', 'variable'], ['RELATED', 'constant.language.state'], ['ESTABLISHED', 'constant.language.state']],
  ['-A i -m limit --limit 10/min --set-mark 0x2f', ['-A', 'keyword'], ['i', 'entity'], ['-m', 'keyword'], ['limit', 'support.type.match'],
    ['--limit', 'variable'], ['10/min', 'constant.numeric.rate'], ['--set-mark', 'variable'], ['0x2f', 'constant.numeric.hex']],
  ['-A i -m comment --comment "not closed', ['-A', 'keyword'], ['i', 'entity'], ['-m', 'keyword'], ['comment', 'support.type.match'],
    ['--comment', 'variable'], ['"', 'punctuation.definition.string.begin'], ['not closed', 'string.quoted.double']],
  ['sudo iptables -t nat -A POSTROUTING -j MASQUERADE', ['sudo', 'keyword.other.prefix'], ['iptables', 'support.function.command'],
    ['-t', 'variable'], ['nat', 'keyword.control.table'], ['-A', 'keyword'], ['POSTROUTING', 'entity.name.function.chain'],
    ['-j', 'keyword.control'], ['MASQUERADE', 'support.function.target']],
  ['# expect DROP: tcp any -> any:23 in=eth0', ['#', 'punctuation'], [' ', 'comment.block.documentation'],
    ['expect', 'storage.type.class.expectation'], [' ', 'comment.block.documentation'], ['DROP', 'constant.language.verdict'],
    [':', 'punctuation.separator'], [' tcp any ', 'comment.block.documentation'], ['->', 'keyword.operator.arrow'],
    [' any:', 'comment.block.documentation'], ['23', 'constant.numeric'], [' ', 'comment.block.documentation'], ['in', 'variable.parameter.field'],
    ['=', 'keyword.operator.assignment'], ['eth0', 'comment.block.documentation']],
  ['# scenario port knocking', ['#', 'punctuation'], [' ', 'comment.block'], ['scenario', 'storage.type.class'], [' ', 'comment.block'],
    ['port knocking', 'entity.name.section.scenario']],
  ['# iptables-lens from=before.v4', ['#', 'punctuation'], [' ', 'comment.line'], ['iptables-lens from', 'keyword.other.start'],
    ['=', 'keyword.operator'], ['before.v4', 'string.unquoted.path']],
  ['# iptables-lens disable=shadowed-rule', ['#', 'punctuation'], [' ', 'comment.line'], ['iptables-lens disable', 'keyword.other.suppression'],
    ['=', 'keyword.operator'], ['shadowed-rule', 'variable.other.constant.diagnostic-code']],
  ['-A INPUT -p udp -m udp', ['-A', 'keyword'], ['INPUT', 'entity'], ['-p', 'variable'], ['udp', 'support.type.protocol'], ['-m', 'keyword'],
    ['udp', 'support.type.match']],
];

describe('first paint', () => {
  let grammar: textmate.IGrammar;
  before(async () => {
    grammar = await loadGrammar();
  });

  for (const [line, ...parts] of cases) {
    it(line, () => {
      const { tokens } = grammar.tokenizeLine(line, textmate.INITIAL);
      const scoped = tokens.filter(({ scopes }) => scopes.length > 1);
      const innermost = scoped.map(({ startIndex, endIndex, scopes }): [string, string] =>
        [line.slice(startIndex, endIndex), scopes.at(-1)!]);
      // A part names as much of its scope as the case is about.
      const expected = parts.map(([text, scope], index): [string, string] => {
        const found = innermost[index]?.[1] ?? '';
        return [text, `${found}.`.startsWith(`${scope}.`) ? found : scope];
      });
      assert.deepEqual(innermost, expected);
    });
  }

  it('a quote that is not closed ends with its line', () => {
    const first = grammar.tokenizeLine('-A INPUT -m comment --comment "open', textmate.INITIAL);
    const second = grammar.tokenizeLine('COMMIT', first.ruleStack);
    assert.equal(second.tokens[0]?.scopes.at(-1), 'keyword.control.commit.iptables');
  });
});

describe('words', () => {
  const { wordPattern } = JSON.parse(read('language-configuration.json')) as { wordPattern: string };
  const words = (text: string): string[] => text.match(new RegExp(wordPattern, 'g')) ?? [];

  it('options, addresses and chain names with dashes are one word', () => {
    assert.deepEqual(words('-A ufw-before-input ! -s 10.0.0.0/8 --ctstate NEW,RELATED -i eth0.5'),
      ['-A', 'ufw-before-input', '-s', '10.0.0.0/8', '--ctstate', 'NEW', 'RELATED', '-i', 'eth0.5']);
  });

  it('the marks before a table and a chain are no part of their names', () => {
    assert.deepEqual(words('*filter'), ['filter']);
    assert.deepEqual(words(':INPUT DROP [0:0]').slice(0, 2), ['INPUT', 'DROP']);
    assert.deepEqual(words('-d ::1/128 -s fe80::/10'), ['-d', '::1/128', '-s', 'fe80::/10']);
  });

  it('a quoted text and a field are separate words', () => {
    assert.deepEqual(words('--log-prefix "in: " state=NEW'), ['--log-prefix', 'in:', 'state', 'NEW']);
  });
});
