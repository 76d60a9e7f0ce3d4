import type { Table } from '../core/ruleset/model.ts';
import { defineRule, type Report } from './rule.ts';
import { ruleOf, walkOf, type Jump, type Walk } from './support/jumps.ts';
import { page } from './support/page.ts';

/** User-defined chains that iptables-nft takes behind one another; one more is refused (seen in the kernel). */
const MOST = 15;

const names = Array.from({ length: MOST + 1 }, (_, index) => `C${index + 1}`);
const example = [...names.map((name) => `:${name} - [0:0]`), '-A INPUT -j C1', ...names.slice(1).map((name, index) => `-A ${names[index]!} -j ${name}`)];

export default defineRule({
  code: 'deep-jumps',
  severity: 'error',
  docs: page({
    what: `Finds jumps that lead more than ${MOST} chains deep. Gotos count like jumps.`,
    why: 'iptables-nft refuses such a ruleset with "Too many links", as if it held a loop. iptables-legacy takes it.',
    example,
    instead: [...example.slice(0, -1), `-A C${MOST} -j ACCEPT`],
  }),
  *checkFile({ rulesets }) {
    for (const { tables } of rulesets) {
      for (const table of tables.values()) for (const jump of deepJumps(walkOf(table))) yield tooDeep(table, jump);
    }
  },
});

/** A jump from the last chain that may be reached to one more, and the jump to that last chain. */
interface DeepJump extends Jump {
  readonly before: Jump;
}

const known = new WeakMap<Walk, readonly DeepJump[]>();

function deepJumps(walk: Walk): readonly DeepJump[] {
  let deep = known.get(walk);
  // No way is longer than the chains that there are; a table with a loop is `jump-loop`'s affair.
  if (deep === undefined) known.set(walk, deep = walk.callersFirst.length <= MOST || walk.loops.length > 0 ? [] : [...deepJumpsOf(walk)]);
  return deep;
}

function* deepJumpsOf({ jumps, callersFirst }: Walk): Iterable<DeepJump> {
  const arrivals = new Map<string, { readonly depth: number; readonly by: Jump }>();
  for (const from of callersFirst) {
    const arrival = arrivals.get(from);
    const depth = arrival?.depth ?? 0;
    for (const to of jumps.get(from)!) {
      if (depth === MOST) yield { from, to, before: arrival!.by };
      if (depth >= (arrivals.get(to)?.depth ?? 0)) arrivals.set(to, { depth: depth + 1, by: { from, to } });
    }
  }
}

function tooDeep(table: Table, jump: DeepJump): Report {
  const { before } = jump;
  const { line, target } = ruleOf(table, jump);
  const last = ruleOf(table, before);
  return {
    line, span: target!.span, message: `\`${jump.to}\` is ${MOST + 1} chains deep here; iptables-nft takes at most ${MOST}.`,
    related: [{ line: last.line, span: last.target!.span, message: `\`${before.to}\` is the last chain that may be reached` }],
  };
}
