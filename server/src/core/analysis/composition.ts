import type { Backend } from '../engine/traversal.ts';
import type { TableName } from '../netfilter.ts';
import { partOf, UNCHANGED, type Rewriting } from '../sets/rewriting.ts';
import type { PacketSpace } from '../sets/space.ts';
import type { TableStep } from './chain.ts';
import type { Composition } from './fates.ts';
import type { Steps } from './steps.ts';
import type { TableAnalysis } from './table.ts';
import { variablesOf } from './variables.ts';

/** Puts tables together, in small steps, so that what one rewrites counts where another looks at it. */
export function* compose(tables: ReadonlyMap<TableName, TableAnalysis>, { space, backend, tracks }: { readonly space: PacketSpace; readonly backend: Backend; readonly tracks: boolean }): Steps<Composition> {
  const chains = [...tables.values()].flatMap(({ prepared }) => [...prepared.rules.values()]);
  const variables = chains.some(({ rewriting }) => rewriting !== UNCHANGED) ? yield* variablesOf(space, chains) : new Uint8Array();
  const { level, bits } = space.fields.destination;
  // Where a packet goes counts even where no rule asks for it.
  const counts = (at: number): boolean => variables[at] === 1 || (at >= level && at < level + bits);
  const known = new Map<Rewriting, Rewriting>();
  const rewritingOf = ({ rewriting: whole }: TableStep): Rewriting => {
    if (whole === UNCHANGED) return UNCHANGED;
    let rewriting = known.get(whole);
    if (rewriting === undefined) known.set(whole, rewriting = partOf(whole, counts, variables[space.firstQuestion] === 1));
    return rewriting;
  };
  return { space, tables, backend, tracks, rewritingOf };
}
