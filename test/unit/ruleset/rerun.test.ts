import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Execution } from '../../../server/src/core/ruleset/execution/execution.ts';
import { Rerun } from '../../../server/src/core/ruleset/execution/rerun.ts';
import type { BoundLine } from '../../../server/src/core/ruleset/build.ts';
import type { Ruleset } from '../../../server/src/core/ruleset/model.ts';
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
const line = fc.oneof(
  { weight: 200, arbitrary: fc.record({ table: fc.constantFrom('', '-t nat '), when: fc.constantFrom('', '', '', '[ -f x ] && '), written: command }).map(({ table, when, written }) => `${when}iptables ${table}${written}`) },
  fc.constantFrom('iptables-restore -n <<EOF\n*filter\n-A INPUT -j LOG\nCOMMIT\nEOF', 'iptables-restore <<EOF\n*nat\nCOMMIT\nEOF', 'iptables-restore < unknown'),
);

/** Where so many lines are taken away, and which come in their place. */
const edit = fc.record({ at: fc.nat(), taken: fc.nat(2), put: fc.array(fc.nat(), { maxLength: 2 }) });

function shown({ tables, problems, failures }: Ruleset): unknown {
  return {
    tables: [...tables.values()].map(({ name, made, doubt, chains }) => [name, made, doubt, [...chains.values()].map(({ name: chainName, policy, policies, doubt: why, maybe, rules }) =>
      [chainName, policy, policies?.map(({ bound }) => bound.line.text), why, maybe, rules.map(({ bound, source }) => [bound.line.number, bound.line.text, bound.conditional, source?.address])])]),
    problems: problems.map(({ code, message, line: { number } }) => [number, code, message]), failures: failures.map(({ status, message, line: { number } }) => [number, status, message]),
  };
}

describe('the execution of edited lines', () => {
  for (const backend of ['nft', 'legacy'] as const) {
    it(`comes to what the execution of all lines comes to (iptables-${backend})`, async () => {
      await fc.assert(fc.asyncProperty(fc.array(line, { minLength: 20, maxLength: 150 }), fc.array(edit, { minLength: 1, maxLength: 6 }), async (written, edits) => {
        const document = await openDocument(['#!/bin/sh', 'for c in A B; do iptables -N $c; iptables -t nat -N $c; done', ...written, ''].join('\n'), 'fw.sh');
        // The same lines in another order are lines, too.
        const all = document.linesOf('ipv4', backend);
        const executed: BoundLine[] = [...all];
        const rerun = new Rerun('ipv4', { backend });
        for (const { at, taken, put } of [{ at: 0, taken: 0, put: [] }, ...edits]) {
          executed.splice(at % (executed.length + 1), taken, ...put.map((place) => all[place % all.length]!));
          rerun.rewind(0);
          const statuses = executed.map((each) => rerun.execute(each));
          const fresh = new Execution('ipv4', { backend });
          assert.deepEqual(statuses, executed.map((each) => fresh.execute(each)));
          assert.deepEqual(shown(rerun.finish()), shown(fresh.finish()), executed.map(({ line: { text } }) => text).join('\n'));
        }
      }), { numRuns: Number(process.env.EDITED_LINES ?? 100) });
    }).timeout(120_000);
  }
});
