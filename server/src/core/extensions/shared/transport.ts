import { isLaterFragment, type Packet } from '../../engine/packet.ts';
import type { Condition, Traversal } from '../../engine/traversal.ts';
import { and, or, Unknown, type Truth } from '../../engine/truth.ts';
import { within, type NumberRange } from '../../values/integer.ts';
import { MAX_PORT } from '../../values/port.ts';
import type { BoundOption, ExtensionUse, OptionSpec, Problem } from '../definition.ts';
import { fieldCondition, observed } from './fields.ts';

/** How a match treats packets that have no header for it to look into. */
export interface HeaderNeed {
  /** Name of the header for messages: `TCP`. */
  readonly header: string;
  /** Whether iptables-nft translates the match into expressions of its own, which read a later fragment's data as if it were the header. */
  readonly native?: boolean;
  /** Whether an IPv4 fragment at byte 8 is dropped outright, because it could overwrite the header's flags. */
  readonly tinyDrops?: boolean;
}

/**
 * The conditions of a match that looks into a transport header. On a later fragment they all fail, negated ones too, and
 * a match without any condition fails as well. Seen in the kernel, like what iptables-nft does otherwise.
 */
export function needsHeader(use: ExtensionUse, need: HeaderNeed, conditions: readonly Condition[]): readonly Condition[] {
  if (conditions.length > 0) return conditions.map((condition) => guarded(condition, need));
  return [guarded({ source: `-m ${use.definition.name}`, test: () => true, observe: () => `the packet has a ${need.header} header` }, need)];
}

function guarded(condition: Condition, need: HeaderNeed): Condition {
  return {
    ...condition,
    test: (traversal) => (isLaterFragment(traversal.packet) ? onLaterFragment(traversal, condition.source, need) : condition.test(traversal)),
    observe: (traversal) => (isLaterFragment(traversal.packet) ? `the packet is a later fragment, which has no ${need.header} header` : condition.observe(traversal)),
  };
}

function onLaterFragment(traversal: Traversal, source: string, { header, native = false, tinyDrops = false }: HeaderNeed): Truth {
  if (native && traversal.backend === 'nft') {
    const [, negation, asked] = /^(! )?(.*)$/su.exec(source)!;
    return new Unknown(`${negation === undefined ? '' : 'not: '}the data of the fragment fits \`${asked}\`, as iptables-nft reads it as a ${header} header`, { field: 'unseen' });
  }
  if (tinyDrops && traversal.packet.family === 'ipv4' && traversal.packet.fragmentOffset === 8) traversal.hotdrop(`a fragment at byte 8 could overwrite the ${header} header's flags`);
  return false;
}

export type Side = 'sourcePort' | 'destinationPort';

/** How traces call a port. */
export const PORT_NAMES: Readonly<Record<Side, string>> = { sourcePort: 'the source port', destinationPort: 'the destination port' };

/** Whether the packet's port is in one of the ranges; undefined where it hangs on which one NAT drew, or the packet leaves it open. */
export function portAmong({ packet, connection, direction }: Traversal, side: Side, ranges: readonly NumberRange[]): boolean | undefined {
  const port = packet[side];
  if (port !== undefined) return ranges.some((range) => within(port, range));
  const drawn = connection === undefined || direction === 'reply' ? undefined : side === 'sourcePort' ? connection.drawnFrom : connection.drawnTo;
  if (drawn === undefined) return undefined;
  if (ranges.some(({ from, to }) => from <= drawn.from && to >= drawn.to)) return true;
  return ranges.some(({ from, to }) => from <= drawn.to && to >= drawn.from) ? undefined : false;
}

/**
 * The condition of a port option; a range of all ports, or of none, is decided even where the port is open. From a range
 * of all ports iptables-nft makes no expression where it translates the match (`native`), not even for `!`. Seen in the kernel.
 */
export function portCondition(use: ExtensionUse, spec: OptionSpec<NumberRange>, side: Side, native = false): Condition[] {
  const bound = use.option(spec);
  if (bound === undefined) return [];
  const { from, to } = bound.value;
  if (from === 0 && to === MAX_PORT) return [everyPort(bound, side, native)];
  const name = PORT_NAMES[side];
  const condition = fieldCondition(bound, {
    field: side,
    yes: [bound.value],
    ...(from === to ? { pin: (packet: Packet) => { packet[side] = from; } } : {}),
    key: from === to ? `${name} is ${from}` : `${name} is in ${from}:${to}`,
    ask: (traversal) => (from > to ? false : portAmong(traversal, side, [bound.value])),
    observe: ({ packet }) => observed(packet[side], name),
  });
  const quick = quickOf(bound, side);
  return [quick === undefined ? condition : { ...condition, quick }];
}

/**
 * The conditions of both port options. From two negated single ports iptables-nft makes one comparison of both together
 * where it translates the match (`native`), so that only the packet with both ports is left out. Seen in the kernel.
 */
export function portConditions(use: ExtensionUse, source: OptionSpec<NumberRange>, destination: OptionSpec<NumberRange>, native: boolean): readonly Condition[] {
  const conditions = [...portCondition(use, source, 'sourcePort', native), ...portCondition(use, destination, 'destinationPort', native)];
  const [first, second] = [use.option(source), use.option(destination)];
  if (!native || !isOtherPort(first) || !isOtherPort(second)) return conditions;
  const [apart, together] = [and, or].map((join) => (traversal: Traversal): Truth => conditions.map((each) => each.test(traversal)).reduce(join)) as [Condition['test'], Condition['test']];
  return [{
    source: `${first.text} ${second.text}`,
    test: (traversal) => (traversal.backend === 'nft' ? together : apart)(traversal),
    observe: (traversal) => conditions.map((each) => each.observe(traversal)).join(', '),
  }];
}

/** Whether the option asks for any port but one, which is not 0. */
export function isOtherPort(bound: BoundOption<NumberRange> | undefined): bound is BoundOption<NumberRange> {
  return bound !== undefined && bound.negated && bound.value.from === bound.value.to && bound.value.from > 0;
}

/** Says of two negated ports that the back ends read them in two ways; `native` where iptables-nft translates the match. Seen in the kernel. */
export function checkOtherPorts(use: ExtensionUse, source: OptionSpec<NumberRange>, destination: OptionSpec<NumberRange>, native: boolean): readonly Problem[] {
  const [first, second] = [use.option(source), use.option(destination)];
  if (!native || !isOtherPort(first) || !isOtherPort(second)) return [];
  return [{
    code: 'misread-value', accepted: true, span: { start: Math.min(first.span.start, second.span.start), end: Math.max(first.span.end, second.span.end) },
    message: `With iptables-nft \`${first.text} ${second.text}\` leaves out only packets that have both ports, with iptables-legacy those that have either. Write a rule for each port.`,
  }];
}

/** Says of a negated range of all ports that it means one thing to iptables-legacy and another to iptables-nft. Seen in the kernel. */
export function checkEveryPort(use: ExtensionUse, specs: readonly OptionSpec<NumberRange>[]): readonly Problem[] {
  return specs.flatMap((spec) => {
    const bound = use.option(spec);
    if (bound === undefined || !bound.negated || bound.value.from !== 0 || bound.value.to !== MAX_PORT) return [];
    return [{
      code: 'unmatchable-rule', accepted: true as const, span: bound.span,
      message: `\`${bound.text}\` leaves no port: iptables-legacy lets nothing match, iptables-nft forgets the option, and iptables-save does not print it. Leave it out.`,
    }];
  });
}

function everyPort({ text, negated }: BoundOption, side: Side, native: boolean): Condition {
  return {
    source: text,
    test: ({ backend }) => !negated || (native && backend === 'nft'),
    observe: ({ packet }) => observed(packet[side], PORT_NAMES[side]),
  };
}

/** What the condition asks as plain data, where one range says it all. */
function quickOf({ value: { from, to }, negated }: BoundOption<NumberRange>, field: Side): Condition['quick'] {
  if (from > to) return undefined;
  if (!negated) return { field, from, to };
  if (from === 0) return { field, from: to + 1, to: MAX_PORT };
  return to === MAX_PORT ? { field, from: 0, to: from - 1 } : undefined;
}
