import type { Backend } from '../engine/traversal.ts';
import type { TableName } from '../netfilter.ts';
import { anyOf, partOf, UNCHANGED, type Rewriting } from '../sets/rewriting.ts';
import type { PacketSpace } from '../sets/space.ts';
import type { TableStep } from './chain.ts';
import type { Composition } from './fates.ts';
import type { Steps } from './steps.ts';
import type { TableAnalysis } from './table.ts';
import { Watching } from './watched.ts';

/** So many matches are looked at in one step. */
const AT_ONCE = 16;

/** Puts tables together, in small steps, so that what one rewrites counts where another looks at it. */
export function* compose(tables: ReadonlyMap<TableName, TableAnalysis>, { space, backend, tracks }: { readonly space: PacketSpace; readonly backend: Backend; readonly tracks: boolean }): Steps<Composition> {
  const steps = [...tables.values()].flatMap(({ prepared }) => [...prepared.chains.values()].flatMap((chain) => chain.steps));
  const watching = new Watching(space, anyOf(new Set(steps.map(({ rewriting }) => rewriting))));
  for (const [index, { match }] of steps.entries()) {
    watching.note(match);
    if (index % AT_ONCE === AT_ONCE - 1) yield undefined;
  }
  const { level, bits } = space.fields.destination;
  // Where a packet goes counts even where no rule asks for it.
  const counts = (at: number): boolean => watching.has(at) || (at >= level && at < level + bits);
  const known = new Map<Rewriting, Rewriting>();
  const rewritingOf = ({ rewriting: whole }: TableStep): Rewriting => {
    if (whole === UNCHANGED) return UNCHANGED;
    let rewriting = known.get(whole);
    if (rewriting === undefined) known.set(whole, rewriting = partOf(whole, counts, watching.has(space.firstQuestion)));
    return rewriting;
  };
  return { space, tables, backend, tracks, rewritingOf };
}
