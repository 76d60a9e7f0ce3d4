import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Execution } from '../../../server/src/core/ruleset/execution/execution.ts';
import { Rerun } from '../../../server/src/core/ruleset/execution/rerun.ts';
import type { BoundLine } from '../../../server/src/core/ruleset/bound-line.ts';
import type { Ruleset } from '../../../server/src/core/ruleset/model.ts';
import type { Backend } from '../../../server/src/core/netfilter.ts';
import { openDocument } from '../../support/document.ts';

// Mostly rules that most commands do not mind, so that there is something to carry on, and among them everything that does.
const chain = fc.constantFrom('INPUT', 'PREROUTING', 'A', 'B', 'C');
const target = fc.constantFrom('ACCEPT', 'DROP', 'A', 'B', 'LOG', 'REDIRECT', 'MASQUERADE', 'NONSENSE', 'ACCEPT --nonsense', 'INPUT');
const option = fc.constantFrom('', '-s 192.0.2.1 ', '-s 192.0.2.1,192.0.2.2 ', '-p tcp ', '-s $1 ');
const rule = fc.record({ at: chain, what: option, aim: target }).map(({ at, what, aim }) => ({ at, what: `${what}-j ${aim}` }));
const number = fc.integer({ min: 1, max: 3 });
const command = fc.oneof(
  { weight: 60, arbitrary: rule.map(({ at, what }) => `-A ${at} ${what}`) },
  rule.map(({ at, what }) => `-I ${at} ${what}`), rule.map(({ at, what }) => `-D ${at} ${what}`), rule.map(({ at, what }) => `-C ${at} ${what}`),
  fc.record({ written: rule, place: number }).map(({ written: { at, what }, place }) => `-R ${at} ${place} ${what}`),
  fc.record({ at: chain, place: number, kind: fc.constantFrom('D', 'Z') }).map(({ at, place, kind }) => `-${kind} ${at} ${place}`),
  chain.map((name) => `-N ${name}`), chain.map((name) => `-F ${name}`), chain.map((name) => `-X ${name}`), fc.constantFrom('-F', '-X', '-Z', '-L'),
  fc.constantFrom('-P INPUT DROP', '-P PREROUTING ACCEPT'), fc.record({ from: chain, to: fc.constantFrom('C', 'D') }).map(({ from, to }) => `-E ${from} ${to}`),
);
// Of which nobody knows where it works: mostly something added, which comes behind whatever is there.
const somewhere = fc.record({
  table: fc.constantFrom('', '-t nat ', '-t $T '), at: fc.constantFrom('$1', 'A$1', '${X}B'), what: option, aim: target,
  kind: fc.oneof({ weight: 20, arbitrary: fc.constant('A') }, fc.constantFrom('I', 'D', 'F', 'N', 'X', 'P', 'L', 'Z')),
}).map(({ table, kind, at, what, aim }) => `iptables ${table}-${kind} ${at} ${'AID'.includes(kind) ? `${what}-j ${aim}` : kind === 'P' ? 'DROP' : ''}`);
const line = fc.oneof(
  { weight: 30, arbitrary: somewhere },
  { weight: 200, arbitrary: fc.record({ table: fc.constantFrom('', '-t nat '), when: fc.constantFrom('', '', '', '[ -f x ] && '), written: command }).map(({ table, when, written }) => `${when}iptables ${table}${written}`) },
  fc.constantFrom('iptables-restore -n <<EOF\n*filter\n-A INPUT -j LOG\nCOMMIT\nEOF', 'iptables-restore <<EOF\n*nat\nCOMMIT\nEOF', 'iptables-restore < unknown'),
);

// What one iptables-restore reads: blocks that mostly are loaded, of lines that mostly are rules.
const added = fc.record({ at: fc.constantFrom('A', 'B', 'C'), what: option, aim: fc.constantFrom('ACCEPT', 'DROP', 'LOG', 'D') }).map(({ at, what, aim }) => `-A ${at} ${what}-j ${aim}`);
const restored = fc.oneof(
  { weight: 400, arbitrary: added }, command, fc.constantFrom('-F A', '-F B', '-I B -j LOG', '-I B 2 -j DROP', '-D A -j LOG', '-D A 1', '-A D -j REDIRECT', '-N E', '-F'),
  fc.constantFrom(':A - [0:0]', ':B -', ':C - [0:0]', ':E - [0:0]', ':INPUT DROP [3:180]', ':PREROUTING ACCEPT [0:0]', ':INPUT -', '# a comment', ''),
  fc.constantFrom('COMMIT', 'COMMIT ', '*filter', '*nat', '*$1', ':LOG - [0:0]', '[1:60] -A A -j LOG', '-h', 'nonsense', '-A $1 -j DROP', '-t nat -A A -j DROP'),
);
const CHAINS = [':A - [0:0]', ':B - [0:0]', ':C - [0:0]', ':D - [0:0]'];
const block = fc.record({ table: fc.constantFrom('filter', 'nat'), declared: fc.oneof({ weight: 9, arbitrary: fc.constant(CHAINS) }, fc.subarray(CHAINS)), lines: fc.array(restored, { maxLength: 60 }), end: fc.oneof({ weight: 9, arbitrary: fc.constant('COMMIT') }, fc.constant('# no end')) })
  .map(({ table, declared, lines, end }) => [`*${table}`, ...declared, ...lines, end]);
const restore = fc.record({ call: fc.constantFrom('-n', '-n', '-n', '', '', '', '--test', '-n -T nat', '-n -T filter'), when: fc.constantFrom('', '', '', '[ -f x ] && '), blocks: fc.oneof({ weight: 3, arbitrary: fc.array(block, { minLength: 1, maxLength: 1 }) }, fc.array(block, { minLength: 2, maxLength: 3 })) })
  .map(({ call, when, blocks }) => `${when}iptables-restore ${call} <<EOF\n${blocks.flat().join('\n')}\nEOF`);

/** Where so many lines are taken away, and which come in their place: of all lines, or of those that the same iptables-restore reads. */
interface Edit {
  readonly at: number;
  readonly taken: number;
  readonly put: readonly number[];
  readonly isOfSame?: boolean;
}
const UNEDITED: Edit = { at: 0, taken: 0, put: [] };
const edit = fc.record({ at: fc.nat(), taken: fc.nat(2), put: fc.array(fc.nat(), { maxLength: 2 }) });
const restoredEdit = fc.record({ at: fc.nat(), taken: fc.nat(1), put: fc.array(fc.nat(), { maxLength: 2 }), isOfSame: fc.constant(true) });

function shown({ tables, problems, failures }: Ruleset): unknown {
  return {
    tables: [...tables.values()].map(({ name, made, doubt, chains }) => [name, made, doubt, [...chains.values()].map(({ name: chainName, policy, policies, doubt: why, maybe, rules }) =>
      [chainName, policy, policies?.map(({ bound }) => bound.line.text), why, maybe, rules.map(({ bound, source }) => [bound.line.number, bound.line.text, bound.conditional, source?.address])])]),
    problems: problems.map(({ code, message, line: { number } }) => [number, code, message]), failures: failures.map(({ status, message, line: { number } }) => [number, status, message]),
  };
}

/** Holds the execution of edited lines against one of all of them. */
async function hold(written: readonly string[], edits: readonly Edit[], backend: Backend): Promise<void> {
  const document = await openDocument(['#!/bin/sh', 'for c in A B; do iptables -N $c; iptables -t nat -N $c; done', ...written, ''].join('\n'), 'fw.sh');
  // The same lines in another order are lines, too.
  const all = document.linesOf('ipv4', backend);
  const executed: BoundLine[] = [...all];
  const rerun = new Rerun('ipv4', { backend });
  for (const { at, taken, put, isOfSame } of [UNEDITED, ...edits]) {
    const place = at % (executed.length + 1);
    const lines = isOfSame === true ? all.filter(({ restore: run }) => run === executed[place]?.restore) : all;
    executed.splice(place, taken, ...put.flatMap((other) => lines[other % lines.length] ?? []));
    rerun.rewind(0);
    const statuses = executed.map((each) => rerun.execute(each));
    const fresh = new Execution('ipv4', { backend });
    assert.deepEqual(statuses, executed.map((each) => fresh.execute(each)));
    assert.deepEqual(shown(rerun.finish()), shown(fresh.finish()), executed.map(({ line: { text } }) => text).join('\n'));
  }
}

const RUNS = Number(process.env.EDITED_LINES ?? 100);

describe('the execution of edited lines', () => {
  for (const backend of ['nft', 'legacy'] as const) {
    it(`comes to what the execution of all lines comes to (iptables-${backend})`, async () => {
      await fc.assert(fc.asyncProperty(fc.array(line, { minLength: 20, maxLength: 150 }), fc.array(edit, { minLength: 1, maxLength: 6 }), (written, edits) => hold(written, edits, backend)), { numRuns: RUNS });
    }).timeout(120_000);

    it(`does so where an iptables-restore reads most of them (iptables-${backend})`, async () => {
      const written = fc.array(fc.oneof(line, { weight: 200, arbitrary: restore }), { minLength: 1, maxLength: 3 });
      await fc.assert(fc.asyncProperty(written, fc.array(restoredEdit, { minLength: 1, maxLength: 12 }), (lines, edits) => hold(lines, edits, backend)), { numRuns: 3 * RUNS });
    }).timeout(120_000);
  }
});
