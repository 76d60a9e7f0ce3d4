import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { RulesetDocument } from '../../../server/src/core/ruleset/document.ts';
import { saveRule } from '../../../server/src/core/ruleset/save.ts';
import { Diagnostics } from '../../../server/src/rules/run.ts';
import { editAll } from '../../../bench/script-edits.ts';
import { SCRIPT_KINDS, scriptOf } from '../../../bench/script-kinds.ts';
import { openDocument } from '../../support/document.ts';
import { presences } from '../../support/presence.ts';

const FAMILIES = ['ipv4', 'ipv6'] as const;
const BACKENDS = ['nft', 'legacy'] as const;
const RUNS = Number(process.env.EDITED_SCRIPTS ?? 40);

const APPEND = 'iptables -A INPUT -p tcp --dport $P -j ACCEPT';
const insertion = (line: number, text: string): { line: number; count: number; at: number; length: number; text: string } => ({ line, count: 0, at: 0, length: 0, text });

/** All that a script says and does: its lines, what they leave behind, and what is found wrong. */
function shape(document: RulesetDocument, diagnostics: Diagnostics): unknown {
  const stacks = [...new Set([...FAMILIES, ...document.stacks])].sort();
  const rulesets = stacks.flatMap((stack) => BACKENDS.map((backend) => {
    const { tables, failures } = document.ruleset(stack, backend);
    const presenceOf = presences();
    const chains = [...tables.values()].flatMap(({ name, chains: all }) => [...all.values()].map((chain) =>
      [name, chain.name, chain.policy, chain.doubt, chain.rules.map((rule) => [rule.bound.line.number, rule.bound.unresolved, presenceOf(rule.bound), rule.bound.unresolved === undefined ? saveRule(rule, backend) : rule.bound.conditional])]));
    return { stack, backend, chains, failures: failures.map(({ line, status }) => [line.number, status]) };
  }));
  return {
    lines: document.lines.map(({ number, content }) => [number, content]), rulesets,
    executed: stacks.map((stack) => document.linesOf(stack).map(({ line, bound, asked, ends }) => [line.number, bound?.command?.kind, bound?.conditional, asked, ends])),
    // That a comment silences nothing stays said until the analysis has come to its end.
    found: diagnostics.findings().filter(({ code }) => code !== 'unused-suppression').map(({ code, line, span, message }) => [line.number, span, code, message]),
  };
}

const line = fc.constantFrom(
  'iptables -A INPUT -p tcp --dport $P -j ACCEPT', 'iptables -A INPUT -s 192.0.2.1 -j ACCEPT', '$IPT -A INPUT -j DROP', 'ip6tables -A INPUT -j DROP', 'iptables -P INPUT DROP', 'iptables -F', 'iptables -N X',
  'iptables -A X -s $N,192.0.2.9 -j ACCEPT', 'iptables -A INPUT -j X', 'iptables -D INPUT -j X', 'iptables -X X', 'iptables -I INPUT 2 -j LOG', 'iptables -A FORWARD -j REJECT', 'iptables -t nat -A POSTROUTING -j MASQUERADE',
  'P=22', 'P=443', 'IPT=ip6tables', 'IPT=/sbin/iptables', 'N="192.0.2.1 192.0.2.2"', 'IFS=,', 'unset P', 'iptables() { :; }', 'set -e', 'set -- 1 2', 'iptables -A INPUT -s "$1"', 'trap "iptables -F" EXIT',
  'if [ -f x ]; then', 'else', 'fi', 'for P in 1 2; do', 'done', 'iptables -C INPUT -j X || iptables -A INPUT -j X', 'exit', 'iptables-restore <<EOF', '*filter', '-A INPUT -j X', 'COMMIT', 'EOF', 'f() {', '}', 'f',
  'iptables -A INPUT -s ${N:-192.0.2.7} -j DROP', 'iptables -A INPUT -p tcp --dport "$P', '# iptables-lens disable=missing-rule', 'iptables -A INPUT -j \\', 'iptables -A INPUT -j DROP # \\', '', 'iptables -A INPUT --nonsense', '[ "$1" ] && iptables -A INPUT -j DROP',
  'ip netns exec a iptables -N X', 'ip netns exec $P iptables -A INPUT -j X', 'ip netns exec b sh -c "iptables -F; ip6tables -N X"', 'IPT="ip netns exec a iptables"', 'ip netns exec a iptables-restore <<EOF',
  "alias ipt='iptables -A INPUT -s 192.0.2.8'", 'ipt -j DROP', 'alias ipt="ip6tables -F; iptables -A INPUT"', 'unalias ipt', 'if true; then ipt -j LOG; fi', 'alias ipt=$IPT', "alias iptables='echo iptables'", '[ -f y ] && alias ipt=iptables', 'alias x="ipt \'"',
);
/** Of functions: what they take from around them and leave there. */
const inFunction = fc.constantFrom(
  'iptables -A INPUT -s 192.0.2.1 -j ACCEPT', 'iptables -A INPUT -p tcp --dport $P -j ACCEPT', '$IPT -A INPUT -p tcp --dport $1 -j DROP', 'iptables -A INPUT -s "$N" -j DROP', 'iptables -F', 'P=80', 'local P=$1', 'N=192.0.2.3', 'unset N',
  'for P in 1 2 3; do iptables -A INPUT -p tcp --dport $P -j DROP; done', 'for Q in 1 2 3; do iptables -A INPUT -p udp --dport $Q -j DROP; done', 'shift', 'return', 'return 1', 'exit 1', 'set -e', '[ "$1" = 2 ] && iptables -P INPUT DROP',
  'if [ -f x ]; then P=1; iptables -A INPUT -j LOG; fi', 'h() { iptables -A FORWARD -j DROP; }', 'h', 'echo x > file', 'read P < file', 'P=$(echo 9)', 'iptables -C INPUT -j X || iptables -A INPUT -j X', 'iptables -N X', 'set -- 5 6', 'export P', 'trap "iptables -F" EXIT',
  'IFS=,', '[ $? = 0 ] && iptables -P OUTPUT DROP', 'declare -n P=N', 'break', 'iptables() { :; }', 'iptables-restore < file', 'iptables -A INPUT -s $HOST -j DROP', '(( P++ ))', 'iptables -P FORWARD $1', 'modprobe ip_tables', '/sbin/modprobe x', '. ./file', 'sh -c "iptables -F"', 'P=${FUNCNAME[1]}', 'ip netns exec $P iptables -A INPUT -j X',
);
const call = fc.constantFrom('f', 'f 1', 'f 2', 'f $P', 'g', 'g 2', 'h', 'P=3', 'N=192.0.2.4', 'IPT=ip6tables', 'case "$1" in a) f; g 1 ;; b) f ;; esac', 'for P in 1 2; do f $P; done', 'f || iptables -P INPUT ACCEPT', 'set -e', 'f > file', 'N=$(f)', 'f | cat', 'g & f', 'iptables -A INPUT -j DROP', 'set -- 1', 'f "$@"', '# x');
const functionScript = fc.record({ f: fc.array(inFunction, { minLength: 2, maxLength: 6 }), g: fc.array(fc.oneof({ weight: 5, arbitrary: inFunction }, fc.constant('f 8')), { minLength: 2, maxLength: 6 }), calls: fc.array(call, { minLength: 1, maxLength: 6 }) })
  .map(({ f, g, calls }) => ['P=22', 'N=192.0.2.9', 'f() {', ...f, '}', 'g() {', ...g, '}', ...calls]);
/** Of a here-document: what an iptables-restore reads, as it stands there or as the shell makes it. */
const inRestore = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('-A INPUT -p tcp --dport $P -j ACCEPT', '-A X -s 192.0.2.1 -j DROP', '-A X -j LOG', '-A INPUT -j X', '[3:180] -A X -j DROP', '-A OUTPUT -d $N -j X', '-A INPUT -i eth0 -j ACCEPT') },
  fc.constantFrom(
    '*filter', '*nat', '*$P', 'COMMIT', 'COMMIT ', ':INPUT DROP [0:0]', ':INPUT ACCEPT [3:180]', ':INPUT -', ':X - [0:0]', ':Y -', ':$N - [0:0]', '-A Y -j RETURN', '-F X', '-F', '-X Y', '-N Y', '-I X 1 -j LOG', '-I INPUT -j Y', '-D X -j LOG', '-R X 1 -j DROP', '-P INPUT ACCEPT', '-Z X',
    '# a comment', '# $P', '', '-h', 'nonsense', '$RULES', '${N:+-A X -j LOG}', '-A X \\', '-A X -m comment --comment "$P', '\\$P', '$(echo "-A X -j LOG")', ':LOG - [0:0]', '-A INPUT -s $HOST -j DROP', '-A INPUT -j NONSENSE', '-t nat -A X -j LOG', 'EOF',
  ),
);
const CHAINS = [':INPUT ACCEPT [0:0]', ':X - [0:0]', ':Y - [0:0]'];
const block = fc.record({ table: fc.constantFrom('*filter', '*filter', '*nat'), declared: fc.oneof(fc.constant(CHAINS), fc.subarray(CHAINS)), lines: fc.array(inRestore, { maxLength: 12 }), end: fc.constantFrom('COMMIT', 'COMMIT', 'COMMIT', '') })
  .map(({ table, declared, lines, end }) => [table, ...declared, ...lines, end]);
const restoreScript = fc.record({
  before: fc.array(line, { maxLength: 3 }), after: fc.array(line, { maxLength: 4 }), blocks: fc.array(block, { minLength: 1, maxLength: 3 }),
  call: fc.constantFrom('iptables-restore <<EOF', 'iptables-restore -n <<EOF', 'iptables-restore -n <<\'EOF\'', 'iptables-restore --test <<EOF', 'iptables-restore -n -T nat <<EOF', 'iptables-restore -n <<-EOF || iptables -P INPUT DROP', 'cat <<EOF | iptables-restore -n', 'ip6tables-restore <<EOF', '[ -f x ] && iptables-restore <<EOF', 'for P in 1 2; do iptables-restore -n <<EOF'),
}).map(({ before, after, blocks, call: restore }) => ['P=22', 'N=192.0.2.9', 'RULES="-A X -j LOG', '-A INPUT -j X"', ...before, restore, ...blocks.flat(), 'EOF', ...(restore.startsWith('for') ? ['done'] : []), ...after]);
const script = fc.oneof(fc.array(line, { maxLength: 14 }), functionScript, restoreScript);
const edit = fc.oneof(
  fc.record({ line: fc.nat(), count: fc.nat(2), at: fc.constant(0), length: fc.constant(0), text: fc.array(fc.oneof(line, inFunction, inRestore), { maxLength: 2 }).map((lines) => lines.map((each) => `${each}\n`).join('')) }),
  fc.record({ line: fc.nat(), count: fc.constant(0), at: fc.nat(), length: fc.nat(3), text: fc.constantFrom('', 'x', ' ', '"', '$P', '2', '\\', '\n', '#', ';') }),
);

describe('a script under edits', () => {
  it('is what a fresh document of the same text is', async () => {
    await fc.assert(fc.asyncProperty(script, fc.array(edit, { maxLength: 6 }), async (lines, edits) => {
      const document = await openDocument(['#!/bin/sh', 'IPT=iptables', ...lines, ''].join('\n'), 'fw.sh');
      const diagnostics = new Diagnostics(document);
      diagnostics.findings();
      for (const { line: place, count, at, length, text } of edits) {
        const rows = document.getText().split('\n');
        const row = 1 + place % (rows.length - 1);
        const character = count === 0 ? at % (rows[row]!.length + 1) : 0;
        const end = count === 0 ? { line: row, character: character + length } : { line: row + count, character: 0 };
        document.update([{ range: { start: { line: row, character }, end }, text }], 2);
        const fresh = await openDocument(document.getText(), 'fw.sh');
        assert.deepEqual(shape(document, diagnostics), shape(fresh, new Diagnostics(fresh)), document.getText());
      }
    }), {
      numRuns: RUNS,
      examples: [
        // Which of some equal lines goes is the same for lines and commands.
        [[APPEND, APPEND, APPEND, APPEND], [{ ...insertion(2, ''), count: 1 }]],
        // It reads on as well where a mark of an edit was left behind its end.
        [['P=22', 'iptables-restore <<EOF', '*filter', APPEND.slice('iptables '.length), 'COMMIT', 'EOF', APPEND, APPEND], [{ ...insertion(1, ''), count: 1 }, insertion(7, 'return\n*filter\n'), { ...insertion(5, ''), count: 1 }]],
        // How it ends differs between the back ends, also where an edit behind it looks at no status.
        [['iptables-restore -n <<EOF || iptables -P INPUT DROP', '*filter', ':2INPUT ACCEPT [0:0]', 'COMMIT', 'EOF', ...Array.from({ length: 8 }, () => APPEND)], [insertion(13, '# x\n')]],
        // What it reads may be for the other family at once.
        [['ip6tables-restore <<EOF', '*filter', '-A X -s 192.0.2.1 -j DROP', 'COMMIT', 'EOF'], [insertion(0, 'iptables-restore <<EOF\n')]],
        // A line that calls it several times begins anew each time, whichever of them an edit leaves.
        [['f() {', '. ./file', 'iptables-restore < file', 'shift', '}', APPEND, 'echo x > file', 'f', 'f', 'f', 'f'], [{ ...insertion(8, ''), count: 1 }]],
        // What an iptables-restore reads goes on behind the place where it was ended.
        // What it has not loaded at its end is thrown away.
        [['iptables-restore -n <<EOF', '*filter', '-A INPUT -j LOG', 'EOF', APPEND], [insertion(4, '-A INPUT -j ACCEPT\n')]],
        // What fails in the background ends nothing.
        [['f() {', APPEND, APPEND, '}', 'g() {', 'iptables -A NONE', 'f', APPEND, '}', 'set -e', 'g & f', 'f'], [insertion(0, '')]],
        // The same text may come from another place of a line.
        [['P=1', '{ echo "*filter"; if [ $P = 1 ]; then echo "-A INPUT -j NONSENSE"; else echo "-A INPUT -j NONSENSE"; fi; echo COMMIT; } | iptables-restore'], [{ line: 1, count: 0, at: 2, length: 1, text: '2' }]],
        [['set -e', 'iptables-restore <<EOF', APPEND, APPEND, APPEND, 'EOF'], [insertion(6, 'x\n')]],
        // A table's block holds lines behind one that names its own table.
        [['iptables-restore <<EOF', '*filter', APPEND, '-h', 'COMMIT', 'EOF'], [{ line: 2, count: 0, at: 0, length: 0, text: 'x' }]],
        [[APPEND, APPEND, 'iptables-restore <<EOF', APPEND, APPEND, APPEND], [{ ...insertion(0, 'set -e\n'), count: 1 }, insertion(7, 'x')]],
      ],
    });
  }).timeout(Math.max(60_000, 2_000 * RUNS));

  for (const kind of SCRIPT_KINDS) {
    it(`is so when it is a large one (${kind})`, async () => {
      const text = scriptOf(kind, 90, 1);
      const document = await openDocument(text, 'fw.sh');
      const diagnostics = new Diagnostics(document);
      diagnostics.findings();
      let edits = 0;
      await editAll(text, 1, 1, async (change, name) => {
        document.update([change], 2);
        diagnostics.findings();
        // What is wrong once mostly stays so.
        if (edits++ % 9 !== 0) return;
        const fresh = await openDocument(document.getText(), 'fw.sh');
        assert.deepEqual(shape(document, diagnostics), shape(fresh, new Diagnostics(fresh)), `${name}\n${document.getText()}`);
      });
    }).timeout(120_000);
  }
});
