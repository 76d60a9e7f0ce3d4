import { strict as assert } from 'node:assert';
import type { SemanticTokens } from 'vscode-languageserver';
import { RulesetDocument } from '../../../server/src/core/ruleset/document.ts';
import { semanticTokens, semanticTokensIn } from '../../../server/src/features/semantic-tokens.ts';
import { LEGEND } from '../../../server/src/features/support/highlights.ts';
import { openDocument, testParser } from '../../support/document.ts';
import { ODD_TEXTS, atCursor, inTable } from './cursor.ts';

/** Each token's word, what it is, and where it stands. */
function decode(text: string, { data }: SemanticTokens): { word: string; what: string; line: number; start: number; end: number }[] {
  const lines = text.split('\n');
  let [line, character] = [0, 0];
  return Array.from({ length: data.length / 5 }, (_, index) => {
    const [down, right, length, type, modifiers] = data.slice(5 * index) as [number, number, number, number, number];
    line += down;
    character = down === 0 ? character + right : right;
    const named = LEGEND.tokenModifiers.filter((__, bit) => (modifiers >> bit & 1) === 1);
    return { word: lines[line]!.slice(character, character + length), what: [LEGEND.tokenTypes[type], ...named].join('.'), line, start: character, end: character + length };
  });
}

const all = (document: RulesetDocument): SemanticTokens => semanticTokens(document) as SemanticTokens;
const words = (text: string, document: RulesetDocument, tokens = all(document)): string[] => decode(text, tokens).map(({ word, what }) => `${word} ${what}`);

const ofRuleset = async (text: string, name?: string): Promise<string[]> => words(text, await openDocument(text, name));
const ofScript = async (text: string): Promise<string[]> => words(text, new RulesetDocument(await testParser(), 'file:///test/firewall.sh', 'shellscript', 1, text));
/** Those behind the `*filter` and the chain of the rule. */
const ofRule = async (rule: string): Promise<string[]> => (await ofRuleset(inTable(`-A INPUT ${rule}`))).slice(3);

describe('semantic tokens', () => {
  const rules: Record<string, [rule: string, tokens: string[]]> = {
    'a verdict': ['-j ACCEPT', ['-j keyword', 'ACCEPT enumMember']],
    'a target and its words': ['-j REJECT --reject-with icmp-port-unreachable', ['-j keyword', 'REJECT function.defaultLibrary', '--reject-with parameter', 'icmp-port-unreachable enumMember']],
    'a chain': ['-g web', ['-g keyword', 'web function']],
    'the elements of a list': ['-m conntrack --ctstate NEW,INVALID', ['-m keyword', 'conntrack type.defaultLibrary', '--ctstate parameter', 'NEW enumMember', 'INVALID enumMember']],
    'protocol, ports and a service': ['! -p tcp -m tcp --sport 1:99 --dport ssh', ['! operator', '-p parameter', 'tcp type.defaultLibrary', '-m keyword', 'tcp type.defaultLibrary', '--sport parameter', '1:99 number', '--dport parameter', 'ssh enumMember']],
    'addresses and interfaces': ['-s 10.0.0.0/8 -i eth+', ['-s parameter', '10.0.0.0/8 number', '-i parameter', 'eth+ string']],
    'nothing in quotes': ['-m comment --comment "-j DROP"', ['-m keyword', 'comment type.defaultLibrary', '--comment parameter']],
    'nothing that nobody can read': ['--nonsense x', []],
  };
  for (const [title, [rule, tokens]] of Object.entries(rules)) it(title, async () => assert.deepEqual(await ofRule(rule), tokens));

  it('tables, chains and policies', async () => {
    const text = '*filter\n:INPUT DROP [0:0]\n:web - [0:0]\n-I INPUT 2 -j web\nCOMMIT\n';
    assert.deepEqual(await ofRuleset(text), ['*filter namespace', 'INPUT function.declaration', 'DROP enumMember', 'web function.declaration',
      '-I keyword.modification', 'INPUT function', '2 number', '-j keyword', 'web function']);
  });

  it('a chain that hides the target of its name', async () => {
    const text = '*filter\n:LOG - [0:0]\n-A INPUT -j LOG\n-A INPUT -j MARK\nCOMMIT\n';
    assert.deepEqual((await ofRuleset(text)).filter((each) => / function/u.test(each)), ['LOG function.declaration', 'INPUT function', 'LOG function', 'INPUT function', 'MARK function.defaultLibrary']);
  });

  it('commands of a script, but not what the shell makes', async () => {
    const text = 'IPT=iptables\n$IPT -t nat -N "q"\nfor p in 1 2; do $IPT -A INPUT -p tcp --dport $p -j web; done\n';
    assert.deepEqual(await ofScript(text), ['-t parameter', 'nat namespace', '-N keyword.modification',
      '-A keyword.modification', 'INPUT function', '-p parameter', 'tcp type.defaultLibrary', '--dport parameter', '-j keyword', 'web function']);
  });

  it('the lines of a continued command', async () => {
    const text = 'iptables -A INPUT \\\n  -j web\n';
    const document = new RulesetDocument(await testParser(), 'file:///test/firewall.sh', 'shellscript', 1, text);
    assert.deepEqual(decode(text, all(document)).map(({ word, line }) => [word, line]), [['-A', 0], ['INPUT', 0], ['-j', 1], ['web', 1]]);
  });

  it('of a range only those of its lines', async () => {
    const text = '*filter\n-A INPUT -j ACCEPT\n-A FORWARD -j DROP\nCOMMIT\n';
    const tokens = semanticTokensIn(await openDocument(text), { start: { line: 2, character: 0 }, end: { line: 3, character: 0 } });
    assert.deepEqual(decode(text, tokens).map(({ word, line }) => [word, line]), [['-A', 2], ['FORWARD', 2], ['-j', 2], ['DROP', 2]]);
  });

  it('after an edit only what is different', async () => {
    const document = await openDocument('*filter\n-A INPUT -j ACCEPT\n-A FORWARD -j DROP\nCOMMIT\n');
    const before = all(document);
    document.update([{ range: { start: { line: 1, character: 12 }, end: { line: 1, character: 18 } }, text: 'LOG' }], 2);
    const delta = semanticTokens(document, before.resultId);
    assert.ok(delta !== null && 'edits' in delta);
    const [edit, ...others] = delta.edits;
    assert.equal(others.length, 0);
    assert.ok(edit!.deleteCount < 6, `${edit!.deleteCount} numbers are replaced`);
    const patched = before.data.toSpliced(edit!.start, edit!.deleteCount, ...(edit!.data ?? []));
    assert.deepEqual(patched, all(document).data);
    assert.deepEqual(patched, all(await openDocument(document.getText())).data);
  });

  it('none but those of a range where there are too many', async () => {
    const document = await openDocument(`*filter\n${'-A INPUT -j ACCEPT\n'.repeat(2100)}COMMIT\n`);
    assert.equal(semanticTokens(document), null);
    assert.ok(semanticTokensIn(document, { start: { line: 5, character: 0 }, end: { line: 9, character: 0 } }).data.length > 0);
  });

  for (const [title, text] of Object.entries(ODD_TEXTS)) {
    it(`stand apart and in order in ${title}`, async () => {
      const { document } = await atCursor(text);
      const tokens = decode(document.getText(), all(document));
      for (const [index, { word, line, start, end }] of tokens.entries()) {
        assert.equal(word.length, end - start, 'it ends where its line ends, or before');
        const before = tokens[index - 1];
        assert.ok(before?.line !== line || before.end <= start);
      }
    });
  }
});
