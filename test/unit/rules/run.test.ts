import { strict as assert } from 'node:assert';
import { RULES } from '../../../server/src/rules/rules.generated.ts';
import { Diagnostics } from '../../../server/src/rules/run.ts';
import type { Finding, Rule } from '../../../server/src/rules/rule.ts';
import { kindOf } from '../../../server/src/core/ruleset/kind.ts';
import { findingsOf, open } from './check.ts';

const codesIn = (text: string, name?: string): string[] => findingsOf(text, name).map(({ code }) => code);

describe('diagnostics of a document', () => {
  it('come in the order of lines and columns', () => {
    const findings = findingsOf('*filter\n-A INPUT -o eth0 -j NOWHERE\n-A OUTPUT -i eth0 -j QUEUE\n');
    assert.deepEqual(findings.map(({ line, code }) => `${line.number}: ${code}`),
      ['0: missing-commit', '1: misplaced-interface', '1: undefined-chain', '2: misplaced-interface', '2: queue-target']);
  });

  it('of one cause are said once, by the first, of which a comment silences all', () => {
    const script = (before: string, within = ''): string => `#!/bin/sh\n\n${before}iptables -A $C -s 192.0.2.1 -j DROP\n${within}for p in 1 2; do iptables -A $C -p tcp --dport $p -j DROP; done\niptables -A INPUT -s $C -j DROP\n`;
    const silencing = '# iptables-lens disable=shell-expansion\n';
    const said = (text: string): string[] => findingsOf(text, 'fw.sh').filter(({ code }) => code === 'shell-expansion').map(({ line, message }) => `${line.number}: ${message}`);
    const rule = '`$C`, which is not known; it may match any packet or none.';
    const place = '`$C`, which is not known; ';
    assert.deepEqual(said(script('')), [`2: Where this rule and 1 other go depends on ${place}they may be in any chain that fits.`, `4: The rule depends on ${rule}`]);
    assert.deepEqual(said(script(silencing)), [`5: The rule depends on ${rule}`]);
    assert.deepEqual(said(script('', silencing)), [`2: Where the rule goes depends on ${place}it may be in any chain that fits.`, `5: The rule depends on ${rule}`]);
    for (const text of [script(silencing), script('', silencing), script(silencing, silencing)]) assert.deepEqual(findingsOf(text, 'fw.sh').filter(({ code }) => code === 'unused-suppression'), []);
  });

  it('are the same object until the document changes', () => {
    const document = open('*filter\n-A INPUT -j QUEUE\nCOMMIT\n');
    const diagnostics = new Diagnostics(document);
    const before = diagnostics.findings();
    assert.equal(diagnostics.findings(), before);
    document.update([{ range: { start: { line: 1, character: 12 }, end: { line: 1, character: 17 } }, text: 'ACCEPT' }], 2);
    assert.deepEqual(diagnostics.findings(), []);
  });

  it('check a line again only when it, its table or its family has changed', () => {
    const checked: string[] = [];
    const spy: Rule = { code: 'spy', severity: 'hint', docs: '', checkLine: ({ line }) => { checked.push(line.text); return []; } };
    const document = open('*filter\n-A INPUT -i lo -j ACCEPT\n-A INPUT -j DROP\nCOMMIT\n');
    const diagnostics = new Diagnostics(document, undefined, [...RULES, spy]);
    diagnostics.findings();
    checked.length = 0;
    document.update([{ range: { start: { line: 2, character: 12 }, end: { line: 2, character: 16 } }, text: 'ACCEPT' }], 2);
    diagnostics.findings();
    assert.deepEqual(checked, ['-A INPUT -j ACCEPT']);
    checked.length = 0;
    document.update([{ range: { start: { line: 0, character: 1 }, end: { line: 0, character: 7 } }, text: 'mangle' }], 3);
    diagnostics.findings();
    assert.deepEqual(checked, ['*mangle', '-A INPUT -i lo -j ACCEPT', '-A INPUT -j ACCEPT', 'COMMIT']);
    checked.length = 0;
    document.setFamily('ipv6');
    diagnostics.findings();
    assert.equal(checked.length, 4);
  });

  it('take the name of a target for a chain behind the declaration of one, in every table', () => {
    const document = open('*filter\n:MARK - [0:0]\n-A INPUT -j MARK\nCOMMIT\n*mangle\n-A INPUT -j MARK --set-mark 1\nCOMMIT\n');
    const diagnostics = new Diagnostics(document);
    const codes = (): string[] => diagnostics.findings().map(({ line, code }) => `${line.number}: ${code}`);
    assert.deepEqual(codes(), ['1: invalid-chain-name', '5: undefined-chain', '5: unknown-option']);
    document.update([{ range: { start: { line: 1, character: 1 }, end: { line: 1, character: 5 } }, text: 'OTHER' }], 2);
    assert.deepEqual(codes(), ['2: missing-option']);
    document.update([{ range: { start: { line: 1, character: 1 }, end: { line: 1, character: 6 } }, text: 'MARK' }], 3);
    assert.deepEqual(codes(), ['1: invalid-chain-name', '5: undefined-chain', '5: unknown-option']);
  });

  it('look at both families of a script', () => {
    const script = '#!/bin/sh\niptables -A INPUT -s 10.0.0.1 -j HERE\nip6tables -A INPUT -s 2001:db8::1 -j THERE\nip6tables -A INPUT -s 10.0.0.1 -j ACCEPT\n';
    assert.deepEqual(codesIn(script, 'firewall.sh'), ['undefined-chain', 'undefined-chain', 'invalid-value']);
  });

  it('say nothing of an empty file', () => {
    assert.deepEqual(codesIn(''), []);
    assert.deepEqual(codesIn('\n\n# nothing\n'), []);
  });

  it('survive any cut through a ruleset', () => {
    const text = '*nat\n:A - [0:0]\n[1:2] -A A -p tcp --dport 80 -j DNAT --to-destination 10.0.0.1\nCOMMIT\n*filter\n-A INPUT ! -i lo -m comment --comment "a \\" b" -j A\nCOMMIT\n';
    for (let end = 0; end <= text.length; end++) codesIn(text.slice(0, end));
    for (let start = 0; start <= text.length; start++) codesIn(text.slice(start));
  });
});

describe('the kind of a file', () => {
  const kind = (text: string): string => kindOf(open(text).lines);

  it('is told by the first line that says something', () => {
    assert.equal(kind('*filter\nCOMMIT\n'), 'ruleset');
    assert.equal(kind('\n# comment\n-A INPUT -j ACCEPT\n'), 'ruleset');
    assert.equal(kind('# only comments\n'), 'ruleset');
    assert.equal(kind('iptables -F\n'), 'script');
    assert.equal(kind('# comment\nset -e\n'), 'script');
  });

  it('is told by a shebang before that', () => {
    assert.equal(kind('#!/bin/sh\n'), 'script');
    assert.equal(kind('#!/usr/sbin/iptables-restore\n*filter\nCOMMIT\n'), 'ruleset');
    assert.equal(kind('# comment\n#!/bin/sh\n*filter\n'), 'ruleset');
  });

  it('is no script for text in front of a table block', () => {
    assert.equal(kind('hello\n*filter\nCOMMIT\n'), 'ruleset');
    assert.equal(kind('\uFEFF*filter\nCOMMIT\n'), 'ruleset');
    assert.equal(kind('iptables-restore <<END\n*filter\nCOMMIT\nEND\n'), 'script');
    assert.equal(kind("printf '%s' '\n*filter\nCOMMIT\n'\n"), 'script');
  });
});

describe('line endings', () => {
  it('give one finding for a file of CR LF, and a fix for all of it', () => {
    const [finding, ...rest] = findingsOf('# c\r\n*filter\r\n\r\n:INPUT ACCEPT [0:0]\r\n-A INPUT -i lo -j ACCEPT\r\nCOMMIT\r\n');
    assert.deepEqual(rest, []);
    assert.equal(finding!.code, 'carriage-return');
    assert.equal(finding!.line.number, 1);
    assert.equal(finding!.fixes![0]!.edits.length, 6);
  });

  it('do not matter behind comments and counters', () => {
    assert.deepEqual(codesIn('# c\r\n*filter\n:INPUT ACCEPT [0:0]\r\nCOMMIT\n'), []);
    assert.deepEqual(codesIn('*filter\n:INPUT ACCEPT\r\nCOMMIT\n'), ['carriage-return']);
  });

  it('are a warning in scripts', () => {
    assert.deepEqual(findingsOf('#!/bin/sh\r\niptables -A INPUT \\\r\n  -j ACCEPT\r\n', 'a.sh').map(({ code, severity }) => `${severity} ${code}`), ['warning carriage-return']);
  });
});

describe('lines that no text editor writes', () => {
  it('are reported where iptables-restore refuses them', () => {
    assert.deepEqual(codesIn(`*filter\n-A INPUT -m comment --comment ${'x'.repeat(11_000)} -j ACCEPT\nCOMMIT\n`), ['invalid-line']);
    assert.deepEqual(codesIn(`${'#'.repeat(25_000)}\n*filter\nCOMMIT\n`), []);
    assert.deepEqual(findingsOf('*filter\n-A INPUT -j ACCEPT\0 junk\nCOMMIT\n').map(({ severity }) => severity), ['warning']);
    assert.deepEqual(findingsOf('*filter\n\0-A INPUT -j ACCEPT\nCOMMIT\n').map(({ severity }) => severity), ['error']);
    assert.deepEqual(findingsOf('*filter\nx\0\nCOMMIT\n').map(({ severity }) => severity), ['error']);
  });

  it('are one finding where the file is in UTF-16', () => {
    const text = '# Rules\n*filter\n-A INPUT -j ACCEPT\nCOMMIT\n';
    for (const bytes of [Buffer.from(text, 'utf16le'), Buffer.from(text, 'utf16le').swap16(), Buffer.from(`\uFEFF${text}`, 'utf16le')]) {
      const findings = findingsOf(bytes.toString('utf8'));
      assert.deepEqual(findings.map(({ code, severity, line }) => [code, severity, line.number]), [['invalid-line', 'error', 0]]);
      assert.match(findings[0]!.message, /UTF-16/u);
    }
  });

  it('are pointed at where they become too long, and not to their end', () => {
    const [finding] = findingsOf(`*filter\n-A INPUT -s ${'1'.repeat(1_000_000)}\nCOMMIT\n`);
    assert.deepEqual(finding!.span, { start: 10_239, end: 10_319 });
  });

  it('are too long by their bytes', () => {
    const [finding] = findingsOf(`*filter\n-A INPUT -m comment --comment ${'é'.repeat(6_000)}\nCOMMIT\n`);
    assert.deepEqual(finding!.span, { start: 5_134, end: 5_214 });
    assert.match(finding!.message, /has 12030 bytes/u);
  });
});

describe('one cause gives one error', () => {
  const cases: Record<string, string> = {
    'a byte order mark': '\uFEFF*filter\n-A INPUT -j ACCEPT\nCOMMIT\n',
    'words behind COMMIT': '*filter\n-A INPUT -j ACCEPT\nCOMMIT now\n*nat\nCOMMIT\n',
    'COMMIT in small letters': '*filter\n-A INPUT -j ACCEPT\ncommit\n*nat\nCOMMIT\n',
    'a mark behind COMMIT': '*filter\n-A INPUT -j ACCEPT\nCOMMIT;\n',
    'a table without its *': '*filter\nCOMMIT\nnat\n:WEB - [0:0]\n-A PREROUTING -j WEB\nCOMMIT\n',
  };
  for (const [title, text] of Object.entries(cases)) it(title, () => assert.deepEqual(codesIn(text), ['invalid-line']));
});

describe('diagnostics that take an analysis', () => {
  const TEXT = '*filter\n:FORWARD DROP [0:0]\n-A FORWARD -p tcp -j DROP\n-A FORWARD -p tcp -m tcp --dport 22 -j ACCEPT\n-A FORWARD -i lo -j ACCEPT\nCOMMIT\n';
  const replace = (line: number, start: number, end: number, text: string): { range: { start: { line: number; character: number }; end: { line: number; character: number } }; text: string } =>
    ({ range: { start: { line, character: start }, end: { line, character: end } }, text });
  const codes = (findings: readonly Finding[]): string[] => findings.map(({ line, code }) => `${line.number} ${code}`);

  it('are found when they are asked for, and kept for lines that are still there', () => {
    const document = open(TEXT);
    const diagnostics = new Diagnostics(document);
    assert.deepEqual(codes(diagnostics.findings()), []);
    assert.deepEqual(codes(diagnostics.complete()), ['3 shadowed-rule']);
    document.update([replace(0, 0, 0, '# above\n')], 2);
    assert.deepEqual(codes(diagnostics.findings()), ['4 shadowed-rule']);
    document.update([replace(3, 14, 17, 'udp')], 3);
    const [kept] = diagnostics.findings();
    assert.deepEqual(kept!.related, []);
    assert.deepEqual(kept!.fixes!.map(({ title }) => title), ['Delete this rule', 'Comment this rule out']);
    assert.deepEqual(codes(diagnostics.complete()), []);
  });

  it('change nothing when they are given up before their end', () => {
    const document = open(TEXT);
    const diagnostics = new Diagnostics(document);
    diagnostics.analysing().next();
    assert.deepEqual(codes(diagnostics.findings()), []);
    document.update([replace(4, 11, 16, '')], 2);
    assert.deepEqual(codes(diagnostics.complete()), ['3 shadowed-rule']);
  });

  it('do not make comments that silence them come and go', () => {
    const document = open(TEXT.replace('-A FORWARD -p tcp -m', '# iptables-lens disable=shadowed-rule\n-A FORWARD -p tcp -m'));
    const diagnostics = new Diagnostics(document);
    assert.deepEqual(codes(diagnostics.findings()), []);
    assert.deepEqual(codes(diagnostics.complete()), []);
    document.update([replace(2, 14, 17, 'udp')], 2);
    assert.deepEqual(codes(diagnostics.findings()), []);
    assert.deepEqual(codes(diagnostics.complete()), ['3 unused-suppression']);
    document.update([replace(5, 0, 0, '# more\n')], 3);
    assert.deepEqual(codes(diagnostics.findings()), ['3 unused-suppression']);
  });
});
