import { all, ALWAYS, both, exactly, negatedIf, sometimes, SOMETIMES, type Bounds } from '../../sets/bounds.ts';
import { EVERY, type PacketSet } from '../../sets/diagram.ts';
import { STATES } from '../../sets/fields.ts';
import type { Rewrite } from '../../sets/rewriting.ts';
import type { Dependence, PacketSpace } from '../../sets/space.ts';
import type { NumberRange } from '../../values/integer.ts';
import { MAX_PORT } from '../../values/port.ts';
import type { BoundOption, ExtensionUse, OptionSpec, TargetResult } from '../definition.ts';
import { isOtherPort, type Side } from './transport.ts';

/** The packets of one option: `set` gives them for the value without its `!`; nothing is asked where the use does not give the option. */
export function optionPackets<V>(use: ExtensionUse, space: PacketSpace, spec: OptionSpec<V>, set: (value: V) => PacketSet): Bounds {
  const bound = use.option(spec);
  return bound === undefined ? exactly(EVERY) : negatedIf(space, bound.negated, exactly(set(bound.value)));
}

/**
 * The packets of a match that looks into the transport header and fails on later fragments. Where the rule names all
 * protocols but one, it reads other headers as if they were its own.
 */
export function transportPackets(use: ExtensionUse, space: PacketSpace, bounds: Bounds): Bounds {
  if (use.protocol?.negated === true) return SOMETIMES;
  return both(space, bounds, exactly(space.equals('fragment', 0)));
}

/**
 * The same of a match that iptables-nft translates, which then reads the data of a later fragment for a header. `parts`
 * say which bytes of it; undefined where the back ends make different things of the option.
 */
export function translatedPackets(use: ExtensionUse, space: PacketSpace, parts: readonly (readonly [bounds: Bounds, reads: 'ports' | 'flags' | undefined])[]): Bounds {
  if (use.protocol?.negated === true) return SOMETIMES;
  return all(space, parts.map(([bounds, reads]) => (reads === undefined ? eitherWay(space, bounds) : both(space, bounds, exactly(space.wholeOrSeen(reads))))));
}

/** With no later fragment surely among the packets, and any possibly. */
function eitherWay(space: PacketSpace, { may, must }: Bounds): Bounds {
  const fragment = space.equals('fragment', 1);
  return { may: space.union(may, fragment), must: space.difference(must, fragment) };
}

/** What `translatedPackets` takes for port options; from a range of every port iptables-nft makes no expression. */
export function portsPart(use: ExtensionUse, space: PacketSpace, source: OptionSpec<NumberRange>, destination: OptionSpec<NumberRange>): readonly (readonly [Bounds, 'ports' | undefined])[] {
  const given = [use.option(source), use.option(destination)].filter((bound) => bound !== undefined);
  if (given.length === 0) return [];
  const readsAll = given.every(({ value }) => value.from > 0 || value.to < MAX_PORT);
  return [[portsPackets(use, space, source, destination), readsAll ? 'ports' : undefined]];
}

/** The packets of a port option; a `!` before every port means one thing to iptables-legacy and another to iptables-nft. */
export function portPackets(use: ExtensionUse, space: PacketSpace, spec: OptionSpec<NumberRange>, side: Side): Bounds {
  const bound = use.option(spec);
  if (bound?.negated === true && bound.value.from === 0 && bound.value.to === MAX_PORT) return sometimes(EVERY);
  return optionPackets(use, space, spec, ({ from, to }) => space.range(side, from, to));
}

/** The packets of source and destination port options together; iptables-nft joins two negated ports with "or" (see `portConditions`). */
export function portsPackets(use: ExtensionUse, space: PacketSpace, source: OptionSpec<NumberRange>, destination: OptionSpec<NumberRange>): Bounds {
  const [first, second] = [portPackets(use, space, source, 'sourcePort'), portPackets(use, space, destination, 'destinationPort')];
  const together = both(space, first, second);
  const isJoined = [source, destination].every((spec) => isOtherPort(use.option(spec)));
  return isJoined ? { may: space.union(first.may, second.may), must: together.must } : together;
}

/**
 * The packets of a match that asks something of the packet that no field tells, such as its payload: equal uses have equal
 * answers. `negatable` is the one option whose `!` turns the whole answer round.
 */
export function questionPackets(negatable?: OptionSpec, dependence?: Dependence): (use: ExtensionUse, space: PacketSpace) => Bounds {
  return (use, space) => {
    const turned = use.options.find(({ spec, negated }) => spec === negatable && negated);
    const asked = use.options.map((bound) => optionKey(use, bound, bound !== turned)).sort();
    return negatedIf(space, turned !== undefined, exactly(space.question(`-m ${use.definition.name} ${asked.join(' ')}`, dependence)));
  };
}

/** The packets of one option that asks something no field tells; `!` turns the answer round. */
export function optionQuestion(use: ExtensionUse, space: PacketSpace, spec: OptionSpec): Bounds {
  const bound = use.options.find((given) => given.spec === spec);
  if (bound === undefined) return ALWAYS;
  return negatedIf(space, bound.negated, exactly(space.question(`-m ${use.definition.name} ${optionKey(use, bound, false)}`)));
}

/** An option in its canonical spelling, with its `!` where that is `kept`. */
export function optionKey({ family }: ExtensionUse, { spec, values, negated }: BoundOption, kept: boolean): string {
  const printed = values.map((value, index) => spec.values[index]!.print(value, { family }));
  return [...(negated && kept ? ['!'] : []), `--${spec.name}`, ...printed].join(' ');
}

/** A target that lets the packet go on as it is. */
export const PASSES: TargetResult = { outcomes: ['continue'], rewrites: [] };

/** A target that lets the packet go on, rewritten so. */
export const rewrites = (...changes: readonly Rewrite[]): TargetResult => ({ outcomes: ['continue'], rewrites: changes });

/** A target that exempts the packet from connection tracking. */
export const UNTRACKS = rewrites({ field: 'state', change: { mask: 7, value: STATES.indexOf('UNTRACKED') } });

/** A target that translates: it ends the table, with another address and port at these ends. */
export const translates = (...ends: readonly ('source' | 'destination')[]): TargetResult => ({
  outcomes: ['accept'],
  rewrites: [...ends.flatMap((end): Rewrite[] => [{ field: end }, { field: `${end}Port` }]), { field: 'questions' }],
});
