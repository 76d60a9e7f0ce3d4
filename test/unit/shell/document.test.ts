import assert from 'node:assert/strict';
import { complete } from '../../../server/src/features/completion.ts';
import { hover } from '../../../server/src/features/hover.ts';
import { RulesetDocument } from '../../../server/src/core/ruleset/document.ts';
import { refusalsOf } from '../../../server/src/core/ruleset/refusals.ts';
import type { Family } from '../../../server/src/core/netfilter.ts';
import { Diagnostics } from '../../../server/src/rules/run.ts';
import { readBeside } from '../../../server/src/beside.ts';
import { openDocument, testParser } from '../../support/document.ts';
import { summary } from './run.ts';

/** The rules that a script leaves in a chain, by line and port, source or target; those that may not be there with a `?`. */
function rulesOf(document: RulesetDocument, chain = 'INPUT', family: Family = 'ipv4'): string[] {
  const rules = document.ruleset(family).tables.get('filter')?.chains.get(chain)?.rules ?? [];
  return rules.map(({ bound }) => {
    const words = bound.header.source?.text ?? bound.matches.flatMap(({ options }) => options.map(({ value }) => JSON.stringify(value))).join(' ');
    return `${bound.line.number + 1}${bound.unresolved === undefined ? '' : '?'} ${words}`.trim();
  });
}

/** Where `<|>` stands, and the text without it. */
function marked(text: string): { text: string; position: { line: number; character: number } } {
  const before = text.slice(0, text.indexOf('<|>')).split('\n');
  return { text: text.replace('<|>', ''), position: { line: before.length - 1, character: before.at(-1)!.length } };
}

const codes = async (script: string): Promise<string[]> => new Diagnostics(await openDocument(script, 'fw.sh')).findings().map(({ line, code, span }) => `${line.number + 1}:${span.start} ${code}`);

describe('a script as a document', () => {
  it('runs a loop once for each word', async () => {
    const document = await openDocument('#!/bin/sh\nfor p in 22 80; do iptables -A INPUT -p tcp --dport $p -j ACCEPT; done\n', 'fw.sh');
    assert.equal(rulesOf(document).length, 2);
    assert.equal(document.boundRules(document.lines[1]!).length, 2);
    assert.match(rulesOf(document).join('|'), /22.*\|.*80/u);
  });

  it('ends an iptables-restore that is the last thing it runs', async () => {
    const script = '#!/bin/sh\niptables-restore <<END\n*filter\n-A INPUT -s 192.0.2.1 -j DROP\nEND\n';
    const document = await openDocument(script, 'fw.sh');
    assert.deepEqual(rulesOf(document), []);
    assert.deepEqual(await codes(script), ['3:0 missing-commit']);
  });

  it('is run with the arguments that a comment in it names', async () => {
    const script = (args: string): string => `#!/bin/sh\n# iptables-lens args=${args}\ncase "$1" in\n  start) iptables -A INPUT -s 192.0.2.1 -j DROP ;;\n  *) iptables -A INPUT -s "$2" -j DROP ;;\nesac\n`;
    const document = await openDocument(script('start'), 'fw.sh');
    assert.deepEqual(rulesOf(document), ['4 -s 192.0.2.1']);
    document.update([{ text: script("stop '192.0.2.2'") }], 2);
    assert.deepEqual(rulesOf(document), ['5 -s "$2"']);
    document.update([{ text: script('start').replace('args', 'arg') }], 3);
    assert.deepEqual(rulesOf(document), ['4? -s 192.0.2.1', '5?']);
    document.setArguments(['restart', '192.0.2.3']);
    assert.deepEqual(rulesOf(document), ['5 -s "$2"']);
  });

  it('says anew what a variable makes of the words behind a command that iptables-restore reads', async () => {
    const document = await openDocument('X=a\niptables-restore <<END\niptables -F ; $X\nEND\n', 'fw.sh');
    assert.equal(document.lines[2]!.content.kind, 'command');
    document.update([{ range: { start: { line: 0, character: 0 }, end: { line: 1, character: 0 } }, text: '' }], 2);
    assert.deepEqual(document.lines[1]!.content, (await openDocument(document.getText(), 'fw.sh')).lines[1]!.content);
  });

  it('shows an argument of the caller where the script hands it on', async () => {
    const document = await openDocument('#!/bin/sh\n# iptables-lens args=-s 192.0.2.1 -j DROP\niptables -A INPUT "$@"\nset -- -A INPUT -p ah\niptables "$@"\n', 'fw.sh');
    assert.deepEqual(document.lines[2]!.content.kind === 'command' && document.lines[2]!.content.arguments.map(({ raw }) => raw), ['-A', 'INPUT', '"$@"', '"$@"', '"$@"', '"$@"']);
    assert.deepEqual(document.lines[4]!.content.kind === 'command' && document.lines[4]!.content.arguments.map(({ raw }) => raw), Array(4).fill('iptables'));
    assert.equal(rulesOf(document).length, 2);
  });

  it('shows the words of comments in here-documents where they stand', async () => {
    const comments = ['# iptables-lens from=$LONG.v4 b.v4', '# iptables-lens disable=$LONG,unused-chain', '# iptables-lens args=$LONG start'];
    const document = await openDocument(`LONG=a-word-of-some-length\niptables-restore <<END\n${comments.join('\n')}\n*filter\nCOMMIT\nEND\n`, 'fw.sh');
    const last = document.lines.flatMap(({ content, text }) => {
      const words = content.kind === 'start' ? content.files : content.kind === 'suppression' ? content.codes : content.kind === 'call' ? content.arguments : [];
      return words.slice(-1).map(({ start, end }) => text.slice(start, end));
    });
    assert.deepEqual(last, ['b.v4', 'unused-chain', 'start']);
  });

  it('tells where a shell can read no further', async () => {
    for (const [script, line] of [['iptables -F\nif true\niptables -X\n', 2], ['iptables -F\nexit 0\nif true\n', undefined], ['iptables -F\n', undefined]] as const) {
      const document = await openDocument(`#!/bin/sh\n${script}`, 'fw.sh');
      assert.deepEqual(document.broken?.line.number, line);
      assert.deepEqual(refusalsOf(document, document.ruleset()).map((refusal) => refusal.line.number), line === undefined ? [] : [line]);
    }
  });

  it('reads every command of a line, in its order', async () => {
    const document = await openDocument('#!/bin/sh\niptables -N X; iptables -A X -j DROP && ip6tables -P INPUT DROP\n', 'fw.sh');
    assert.deepEqual(rulesOf(document, 'X'), ['2']);
    assert.equal(document.ruleset('ipv6').tables.get('filter')?.chains.get('INPUT')?.policy, 'DROP');
  });

  it('runs functions where they are called', async () => {
    const document = await openDocument('#!/bin/sh\nallow() { iptables -A INPUT -s $1 -j ACCEPT; }\niptables -P INPUT DROP\nallow 192.0.2.1\nallow 192.0.2.2\n', 'fw.sh');
    assert.deepEqual(document.ruleset().tables.get('filter')!.chains.get('INPUT')!.rules.map(({ source }) => source?.address), [0xC0000201, 0xC0000202]);
  });

  it('shows the rule of a wrapper where it is called', async () => {
    const document = await openDocument('#!/bin/sh\nipt() { iptables "$@"; }\nipt -A INPUT -i lo -j ACCEPT\n', 'fw.sh');
    assert.deepEqual(rulesOf(document), ['3']);
    assert.ok(hover(document, { line: 2, character: 13 }) !== undefined);
  });

  it('takes a here-document for a ruleset, where it is one', async () => {
    const document = await openDocument('#!/bin/sh\nNET=10.0.0.0/8\nip6tables-restore <<EOF\n*filter\n-A INPUT -j DROP\nCOMMIT\nEOF\niptables-restore -n <<EOF\n*filter\n:X - [0:0]\n-A X -s $NET -j ACCEPT\nCOMMIT\nEOF\ncat <<EOF\n-A INPUT --nonsense\nEOF\n', 'fw.sh');
    assert.deepEqual(rulesOf(document, 'INPUT', 'ipv6'), ['5']);
    assert.deepEqual(rulesOf(document, 'X').length, 1);
    assert.equal(document.ruleset().tables.get('filter')!.chains.get('X')!.rules[0]!.source?.address, 0x0A000000);
    assert.deepEqual(new Diagnostics(document).findings(), []);
  });

  it('marks what depends on the machine', async () => {
    const document = await openDocument('#!/bin/sh\nif [ -f /etc/x ]; then\n  iptables -A INPUT -s 192.0.2.1 -j DROP\nfi\niptables -A INPUT -s $(hostname -I) -j DROP\niptables -A INPUT -j DROP\n', 'fw.sh');
    assert.deepEqual(rulesOf(document).map((rule) => rule.split(' ')[0]), ['3?', '5?', '6']);
    assert.deepEqual(await codes(document.getText()), ['3:2 shell-control-flow', '5:21 shell-expansion']);
  });

  it('looks at how a command ends where the script does, and not for a shell that begins behind it', async () => {
    const asked = async (behind: string): Promise<unknown> => (await openDocument(`#!/bin/sh\niptables -D INPUT -j DROP\n${behind}\n`, 'fw.sh')).linesOf('ipv4')[0]!.asked;
    for (const behind of ['now=$(date)', 'sh -c date', 'trap date EXIT']) assert.equal(await asked(behind), undefined, behind);
    for (const behind of ['x=$?', 'now=$(echo $?)', 'x=$(); echo $?', 'trap "exit $?" EXIT']) assert.equal(await asked(behind), true, behind);
  });

  it('speaks of the word that brings a wrong value, and mends it not there', async () => {
    const document = await openDocument('#!/bin/sh\nPORT=99999\niptables -A INPUT -p tcp --dport $PORT -j ACCEPT\n', 'fw.sh');
    const [finding] = new Diagnostics(document).findings();
    assert.deepEqual([finding?.code, finding?.span, finding?.fixes ?? []], ['invalid-value', { start: 33, end: 38 }, []]);
  });

  it('says a problem of a loop once', async () => {
    assert.deepEqual(await codes('#!/bin/sh\nfor i in 1 2; do iptables -A INPUT -p tcp --dport 99999 -j ACCEPT; done\n'), ['2:50 invalid-value']);
  });

  it('completes the command under the cursor', async () => {
    const { text, position } = marked('#!/bin/sh\nif true; then iptables -P INPUT DROP; iptables -t nat -A POSTROUTING -j <|> ; fi\n');
    const labels = complete(await openDocument(text, 'fw.sh'), position).map(({ label }) => label);
    assert.ok(labels.includes('MASQUERADE') && !labels.includes('REJECT'), labels.join(' '));
  });

  it('keeps lines whose meaning an edit does not change', async () => {
    const document = await openDocument(`#!/bin/sh\nP=22\n${'iptables -A INPUT -i lo -j ACCEPT\n'.repeat(3)}iptables -A INPUT -p tcp --dport $P -j ACCEPT\n`, 'fw.sh');
    const before = [...document.lines];
    document.update([{ range: { start: { line: 1, character: 2 }, end: { line: 1, character: 4 } }, text: '443' }], 2);
    assert.deepEqual(document.lines.map((line, index) => line === before[index]), [true, false, true, true, true, false]);
    assert.match(rulesOf(document).at(-1)!, /443/u);
  });

  it('goes on behind a line that is no shell', async () => {
    const document = await openDocument('#!/bin/sh\niptables -A INPUT -m comment --comment "open\niptables -A INPUT -s 192.0.2.1 -j DROP\n', 'fw.sh');
    assert.deepEqual(rulesOf(document).map((rule) => rule.split(' ')[0]), ['3']);
  });
});

describe('a script that reads others', () => {
  it('takes them from beside it, and nothing from the machine', () => {
    const asked: string[] = [];
    const read = readBeside('file:///home/fw/start.sh', (uri) => {
      asked.push(uri);
      return uri;
    });
    assert.deepEqual(['vars.sh', './a b', '/etc/fw.conf', '../x', '/home/fw/../x', '\0'].map(read), ['file:///home/fw/vars.sh', 'file:///home/fw/a%20b', undefined, undefined, undefined, undefined]);
    assert.equal(asked.length, 2);
    assert.equal(read('/home/fw/conf/fw.conf'), 'file:///home/fw/conf/fw.conf');
    assert.equal(readBeside('file:///home/100%/start.sh', (file) => file)('vars.sh'), 'file:///home/100%/vars.sh');
    assert.deepEqual(['untitled:Untitled-1', 'untitled:/home/fw/new.sh'].map((uri) => readBeside(uri, (file) => file)('vars.sh')), [undefined, undefined]);
  });

  it('shows what their functions do where they are called', async () => {
    const library = 'open() {\n\tiptables -A web -p tcp --dport "$1" -j ACCEPT\n\tiptables -A web -j ACEPT\n}\niptables -N web\n';
    const document = new RulesetDocument(await testParser(), 'file:///fw.sh', 'iptables', 1, '#!/bin/sh\n. "./lib.sh"\nboth() {\n\topen 22\n}\nboth\nopen 80\niptables -P INPUT DROP\n', { readFile: () => library, readStart: () => 'no' });
    assert.deepEqual(rulesOf(document, 'web').map((rule) => rule.split(' ')[0]), ['4', '7']);
    const { declaration } = document.ruleset().tables.get('filter')!.chains.get('web')!;
    assert.equal(declaration!.number + 1, 2);
    // What stands in the library is not mended here.
    const findings = new Diagnostics(document).findings().filter(({ code }) => code === 'undefined-chain');
    assert.deepEqual(findings.map(({ line, fixes }) => [line.number + 1, fixes?.length ?? 0]), [[4, 0], [7, 0]]);
  });

  it('has their variables', () => {
    assert.deepEqual(summary('NET=old\n. ./vars.sh\niptables -A INPUT -s $NET', { readFile: () => 'NET=10.0.0.0/8\n' }), ['iptables -A INPUT -s 10.0.0.0/8']);
    assert.deepEqual(summary('NET=old\n. ./vars.sh\niptables -A INPUT -s $NET'), ['iptables -A INPUT -s <. ./vars.sh>']);
  });
});
