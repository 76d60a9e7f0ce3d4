import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Execution } from '../../../server/src/core/ruleset/execution/execution.ts';
import type { BoundLine } from '../../../server/src/core/ruleset/bound-line.ts';
import { openDocument } from '../../support/document.ts';

// Few rules, so that what is deleted is often there.
const chain = fc.constantFrom('A', 'B', 'C');
const anyChain = fc.constantFrom('A', 'B', 'C', 'PREROUTING', 'POSTROUTING');
const target = fc.constantFrom('A', 'B', 'C', 'MASQUERADE', 'REDIRECT', 'ACCEPT');
const rule = fc.record({ at: anyChain, aim: target }).map(({ at, aim }) => `${at} -j ${aim}`);
const deleted = fc.record({ at: anyChain, position: fc.integer({ min: 1, max: 2 }) });
const command = fc.oneof(
  { weight: 8, arbitrary: rule.map((written) => `-A ${written}`) },
  rule.map((written) => `-I ${written}`),
  rule.map((written) => `-D ${written}`),
  { weight: 2, arbitrary: deleted.map(({ at, position }) => `-D ${at} ${position}`) },
  fc.record({ written: rule, position: fc.integer({ min: 1, max: 2 }) }).map(({ written, position }) => `-R ${written.replace(' ', ` ${position} `)}`),
  chain.map((name) => `-N ${name}`), chain.map((name) => `-F ${name}`), chain.map((name) => `-X ${name}`),
  fc.constant('-X'), fc.constant('-F'),
  fc.record({ from: chain, to: chain }).map(({ from, to }) => `-E ${from} ${to}`),
);
const line = fc.oneof(
  { weight: 20, arbitrary: command.map((written) => `iptables -t nat ${written}`) },
  command.map((written) => `[ -f x ] && iptables -t nat ${written}`),
  fc.record({ option: fc.constantFrom('', ' -n'), name: chain, written: rule }).map(({ option, name, written }) => `iptables-restore${option} <<EOF\n*nat\n:${name} - [0:0]\n-A ${written}\nCOMMIT\nEOF`),
);

/** How the lines end, and what is found wrong with them; `anew`: with what is known of the chains forgotten wherever that can be. */
function course(lines: readonly BoundLine[], backend: 'nft' | 'legacy', anew: boolean): unknown {
  let execution = new Execution('ipv4', { backend });
  const statuses = lines.map((each) => {
    if (anew && execution.isBetween) execution = execution.copy();
    return execution.execute(each);
  });
  const { problems, failures } = execution.finish();
  return { statuses, problems: problems.map(({ code, message, line: { number } }) => [number, code, message]), failures: failures.map(({ status, message, line: { number } }) => [number, status, message]) };
}

describe('what is known of the ways between chains', () => {
  for (const backend of ['nft', 'legacy'] as const) {
    it(`is kept up with every command (iptables-${backend})`, async () => {
      await fc.assert(fc.asyncProperty(fc.array(line, { minLength: 5, maxLength: 60 }), async (lines) => {
        const document = await openDocument(['#!/bin/sh', 'for c in A B C; do iptables -t nat -N $c; done', ...lines, ''].join('\n'), 'fw.sh');
        const executed = document.linesOf('ipv4', backend);
        assert.deepEqual(course(executed, backend, false), course(executed, backend, true));
      }), { numRuns: Number(process.env.COMMANDED_CHAINS ?? 300) });
    });
  }
});
