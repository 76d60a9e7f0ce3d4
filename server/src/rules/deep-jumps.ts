import type { Table } from '../core/ruleset/model.ts';
import { defineRule, type Report } from './rule.ts';
import { ruleOf, walkOf, type Jump } from './support/jumps.ts';
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
    for (const { tables } of rulesets) for (const table of tables.values()) yield* deep(table);
  },
});

/** Reports the jumps from the last chain that may be reached to one more; a table with a loop is `jump-loop`'s affair. */
function* deep(table: Table): Iterable<Report> {
  // No way is longer than the chains that there are.
  if (table.chains.size <= MOST) return;
  const { jumps, callersFirst, loops } = walkOf(table);
  if (loops.length > 0) return;
  const arrivals = new Map<string, { readonly depth: number; readonly by: Jump }>();
  for (const from of callersFirst) {
    const arrival = arrivals.get(from);
    const depth = arrival?.depth ?? 0;
    for (const to of jumps.get(from)!) {
      if (depth === MOST) yield tooDeep(table, { from, to }, arrival!.by);
      if (depth >= (arrivals.get(to)?.depth ?? 0)) arrivals.set(to, { depth: depth + 1, by: { from, to } });
    }
  }
}

function tooDeep(table: Table, jump: Jump, before: Jump): Report {
  const { line, target } = ruleOf(table, jump);
  const last = ruleOf(table, before);
  return {
    line, span: target!.span, message: `\`${jump.to}\` is ${MOST + 1} chains deep here; iptables-nft takes at most ${MOST}.`,
    related: [{ line: last.line, span: last.target!.span, message: `\`${before.to}\` is the last chain that may be reached` }],
  };
}
