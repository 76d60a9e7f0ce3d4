import type { Backend } from '../engine/traversal.ts';
import type { Path } from '../engine/packet.ts';
import type { Hook, TableName } from '../netfilter.ts';
import { NONE, type PacketSet } from '../sets/diagram.ts';
import { HOOK_NUMBERS } from '../sets/fields.ts';
import { after, inTurn, possiblyBefore, rewritingOf, type Rewrite, type Rewriting } from '../sets/rewriting.ts';
import { inSomeRuleset } from '../sets/questions.ts';
import type { PacketSpace } from '../sets/space.ts';
import { comesToNat, interfacesAt } from '../sets/well-formed.ts';
import type { AnalysedChain, TableStep } from './chain.ts';
import { Course } from './course.ts';
import { merge, NOTHING_FLOWS, packetsIn, unchanged, type Flow } from './flow.ts';
import type { Steps } from './steps.ts';
import type { TableAnalysis } from './table.ts';
import type { Writable } from '../writable.ts';

/**
 * What may become of the packets of a class: each set holds the packets that may fare so, as they were on arrival. A
 * packet in one set alone surely fares so. `translated` are packets whose destination NAT changes, which are not followed
 * further.
 */
export interface Fates {
  /** The whole class, as far as packets of the path can have its fields. */
  readonly all: PacketSet;
  readonly accepted: PacketSet;
  readonly dropped: PacketSet;
  readonly rejected: PacketSet;
  readonly queued: PacketSet;
  readonly translated: PacketSet;
}

/** The analysed tables of a ruleset, as packets meet them one after another. */
export interface Composition {
  readonly space: PacketSpace;
  readonly tables: ReadonlyMap<TableName, TableAnalysis>;
  readonly backend: Backend;
  readonly tracks: boolean;
  /** What a rule rewrites, as far as a rule of any table looks at it. */
  rewritingOf(step: TableStep): Rewriting;
  /** Whether sets of packets that are followed tell by which answers it is that rules are there. */
  readonly tellsRulesetsApart: boolean;
  /** A chain of one of the tables as packets are followed through it. */
  chainOf(analysis: TableAnalysis, name: string): AnalysedChain;
}

/** A table at a hook. */
export interface Stage {
  readonly table: TableName;
  readonly hook: Hook;
}

const at = (hook: Hook, ...tables: readonly TableName[]): readonly Stage[] => tables.map((table) => ({ table, hook }));

/** The tables that a packet meets on its path, in the kernel's order. */
export function stagesOf(path: Path, backend: Backend): readonly Stage[] {
  const arrival = at('PREROUTING', 'raw', 'mangle', 'nat');
  const departure = at('POSTROUTING', 'mangle', 'nat');
  switch (path) {
    case 'in': return [...arrival, ...at('INPUT', 'mangle', 'filter'), ...(backend === 'nft' ? at('INPUT', 'nat', 'security') : at('INPUT', 'security', 'nat'))];
    case 'forward': return [...arrival, ...at('FORWARD', 'mangle', 'filter', 'security'), ...departure];
    case 'out': return [...at('OUTPUT', 'raw', 'mangle', 'nat', 'filter', 'security'), ...departure];
  }
}

const HOOK_OF: Readonly<Record<Path, Hook>> = { in: 'INPUT', forward: 'FORWARD', out: 'OUTPUT' };

/** In which of the sets the packets are that may end with a verdict. */
export const SET_OF = { drop: 'dropped', reject: 'rejected', queue: 'queued' } as const;

const STOPPING = Object.keys(SET_OF) as readonly (keyof typeof SET_OF)[];

/** Follows a class of packets through every table of a path, in small steps. Where it is not known which rules there are, a packet may fare as in any of the rulesets. */
export function* fatesOf(composition: Composition, path: Path, packets: PacketSet): Steps<Fates> {
  const fates = yield* fatesByRuleset(composition, path, packets);
  if (!composition.tellsRulesetsApart) return fates;
  const known = new Map<PacketSet, PacketSet>();
  const inAny = (set: PacketSet): PacketSet => inSomeRuleset(composition.space, set, known);
  return { all: fates.all, accepted: inAny(fates.accepted), dropped: inAny(fates.dropped), rejected: inAny(fates.rejected), queued: inAny(fates.queued), translated: inAny(fates.translated) };
}

/** The same, told by the ruleset. */
export function* fatesByRuleset(composition: Composition, path: Path, packets: PacketSet): Steps<Fates> {
  const { space, backend } = composition;
  const all = [space.atHooks([HOOK_OF[path]]), interfacesAt(space, HOOK_OF[path])].reduce((so, set) => space.intersection(so, set), packets);
  const fates: Writable<Fates> = { all, accepted: NONE, dropped: NONE, rejected: NONE, queued: NONE, translated: NONE };
  let flow: Flow = unchanged(all);
  for (const stage of stagesOf(path, backend)) {
    flow = yield* throughStage(composition, stage, flow, fates);
    if (stage.table === 'nat' && (stage.hook === 'PREROUTING' || stage.hook === 'OUTPUT')) flow = withoutTranslated(space, flow, fates);
    if (stage.table === 'nat' && stage.hook === 'PREROUTING' && path === 'forward') flow = afterRouting(space, flow);
  }
  fates.accepted = packetsIn(space, flow);
  return fates;
}

/** Packets that leave the stage for the next one; the others are noted. */
function* throughStage({ space, tables, tracks, rewritingOf, chainOf }: Composition, { table: name, hook }: Stage, flow: Flow, fates: Writable<Fates>): Steps<Flow> {
  const analysis = tables.get(name);
  const chain = analysis?.table.chains.get(hook);
  if (analysis === undefined || chain === undefined || (name === 'nat' && !tracks)) return flow;
  const [entering, passing] = name === 'nat' ? split(space, flow, comesToNat(space, hook)) : [flow, NOTHING_FLOWS];
  const here = atHook(space, hook);
  const course = new Course({ space, rewritingOf, chain: (called) => chainOf(analysis, called) });
  const back = yield* course.through(hook, unchanged(asTheyCome(space, entering, here)));
  for (const verdict of STOPPING) {
    const fate = SET_OF[verdict];
    fates[fate] = space.union(fates[fate], packetsIn(space, yield* metBy(space, entering, yield* course.verdict(verdict), here)));
  }
  const returned = yield* metBy(space, entering, back, here);
  if (chain.policy === 'DROP') fates.dropped = space.union(fates.dropped, packetsIn(space, returned));
  const accepted = yield* metBy(space, entering, yield* course.verdict('accept'), here);
  return merge(space, passing, chain.policy === 'DROP' ? accepted : merge(space, accepted, returned));
}

/** The packets of a flow as they come to a hook. */
function asTheyCome(space: PacketSpace, flow: Flow, here: Rewriting): PacketSet {
  return flow.reduce<PacketSet>((so, { rewriting, set }) => space.union(so, after(space, inTurn(rewriting, here), set)), NONE);
}

/** What becomes of a flow in a chain: `given` tells packets as they stand at the hook. */
function* metBy(space: PacketSpace, flow: Flow, given: Flow, here: Rewriting): Steps<Flow> {
  let result: Flow = NOTHING_FLOWS;
  for (const { rewriting, set } of flow) {
    for (const strand of given) {
      yield undefined;
      const met = space.intersection(set, possiblyBefore(space, inTurn(rewriting, here), strand.set));
      if (met !== NONE) result = merge(space, result, [{ rewriting: inTurn(rewriting, strand.rewriting), set: met }]);
    }
  }
  return result;
}

/** What a hook knows of a packet, as a rewriting: where it is, and no interface that it does not know yet or any more. */
export function atHook(space: PacketSpace, hook: Hook): Rewriting {
  const all = (side: 'in' | 'out'): number => 2 ** space.fields[side].bits - 1;
  const changes: Rewrite[] = [{ field: 'hook', change: { mask: 7, value: HOOK_NUMBERS[hook] } }];
  if (hook === 'PREROUTING' || hook === 'INPUT') changes.push({ field: 'out', change: { mask: all('out'), value: 0 } });
  if (hook === 'OUTPUT') changes.push({ field: 'in', change: { mask: all('in'), value: 0 } });
  return rewritingOf(space, changes, () => true);
}

/** The packets that are in `set` by what they are now, and those that are not; what may be either is in both. */
function split(space: PacketSpace, flow: Flow, set: PacketSet): readonly [Flow, Flow] {
  const part = (wanted: PacketSet): Flow => flow.flatMap(({ rewriting, set: own }) => {
    const left = space.intersection(own, possiblyBefore(space, rewriting, wanted));
    return left === NONE ? [] : [{ rewriting, set: left }];
  });
  return [part(set), part(space.complement(set))];
}

/** Packets whose destination nat has changed go somewhere else; they are noted. */
function withoutTranslated(space: PacketSpace, flow: Flow, fates: Writable<Fates>): Flow {
  const { level, bits } = space.fields.destination;
  const isTranslated = ({ rewriting }: Flow[number]): boolean => [...rewriting.bits.keys()].some((at) => at >= level && at < level + bits);
  fates.translated = space.union(fates.translated, packetsIn(space, flow.filter(isTranslated)));
  return flow.filter((strand) => !isTranslated(strand));
}

/** Routing takes one from the number of hops, which is left open here. */
function afterRouting(space: PacketSpace, flow: Flow): Flow {
  const routed = rewritingOf(space, [{ field: 'ttl' }], () => true);
  return flow.map(({ rewriting, set }) => ({ rewriting: inTurn(rewriting, routed), set }));
}
