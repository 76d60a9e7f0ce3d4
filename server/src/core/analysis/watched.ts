import type { Rule, Table } from '../ruleset/model.ts';
import type { Bounds } from '../sets/bounds.ts';
import type { PacketSet } from '../sets/diagram.ts';
import type { PacketSpace } from '../sets/space.ts';

const NONE_WATCHED: ReadonlySet<number> = new Set();

/** The variables that matches of the table depend on; none where no target of the table rewrites a packet that goes on. */
export function watchedLevels(space: PacketSpace, table: Table, mayRewrite: (rule: Rule) => boolean, matchOf: (rule: Rule) => Bounds): ReadonlySet<number> {
  const rules = [...table.chains.values()].flatMap((chain) => chain.rules);
  if (!rules.some(mayRewrite)) return NONE_WATCHED;
  const levels = new Set<number>();
  const seen = new Set<number>();
  for (const rule of rules) {
    const { may, must } = matchOf(rule);
    note(space, may, levels, seen);
    note(space, must, levels, seen);
  }
  return levels;
}

function note(space: PacketSpace, set: PacketSet, levels: Set<number>, seen: Set<number>): void {
  const pending = [set >> 1];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (node === 0 || seen.has(node)) continue;
    seen.add(node);
    levels.add(space.level(node << 1));
    pending.push(space.low(node << 1) >> 1, space.high(node << 1) >> 1);
  }
}
