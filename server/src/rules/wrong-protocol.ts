import { protocolsOf } from '../core/extensions/definition.ts';
import type { Problem } from '../core/extensions/definition.ts';
import { usesOf } from '../core/ruleset/uses.ts';
import { protocol } from '../core/values/protocol.ts';
import type { Fix } from './rule.ts';
import { insert, replace } from './support/edits.ts';
import { page } from './support/page.ts';
import { problemRule, type ProblemPlace } from './support/problem-rule.ts';

export default problemRule({
  code: 'wrong-protocol',
  docs: page({
    what: 'Finds matches and targets in rules without the protocol that they need.',
    why: 'Ports and TCP flags exist in some protocols only. iptables refuses the rule.',
    example: ['-A INPUT -m multiport --dports 80,443 -j ACCEPT'],
    instead: ['-A INPUT -p tcp -m multiport --dports 80,443 -j ACCEPT'],
    fixes: 'Not safe: which of the protocols was meant is a guess.',
  }),
  fixes: (problem, place) => [...stated(problem, place)],
});

/** States one of the first protocols that the extension takes, in the place of the rule's own if it has one. */
function* stated({ span, accepted }: Problem, { line, bound, family }: ProblemPlace): Iterable<Fix> {
  const use = bound && usesOf(bound).find((each) => each.span.start === span.start && each.span.end === span.end);
  const part = bound?.header.protocol;
  const protocols = use === undefined ? [] : protocolsOf(use.definition, family) ?? [];
  for (const number of accepted === true ? [] : protocols.slice(0, 2)) {
    const option = `-p ${protocol.print(number, { family })}`;
    yield part === undefined
      ? { title: `Add ${option}`, safe: false, edits: [insert(line, span.start, `${option} `)] }
      : { title: `Write ${option}`, safe: false, edits: [replace(line, part.span, option)] };
  }
}
