import { NONE, type PacketSet } from './diagram.ts';
import type { PacketSpace } from './space.ts';

/** Ports from the first to the last, which counts. */
export type PortRange = readonly [first: number, last: number];

/** The destination ports that packets of a set have, as ranges in ascending order. */
export function destinationPorts(space: PacketSpace, set: PacketSet): readonly PortRange[] {
  const { level, bits } = space.fields.destinationPort;
  const has = new Uint8Array(2 ** bits);
  const seen = new Set<PacketSet>([set]);
  for (const each of seen) {
    if (each === NONE) continue;
    if (space.level(each) >= level) {
      mark(space, each, 0, has);
      continue;
    }
    seen.add(space.low(each));
    seen.add(space.high(each));
  }
  return rangesOf(has);
}

/** Marks the ports of a set whose first `known` bits are those at the beginning of the stretch `has`. */
function mark(space: PacketSpace, set: PacketSet, known: number, has: Uint8Array): void {
  if (set === NONE) return;
  const { level, bits } = space.fields.destinationPort;
  const at = space.level(set);
  if (at >= level + bits) {
    has.fill(1);
    return;
  }
  const middle = has.length / 2;
  const isAsked = at === level + known;
  mark(space, isAsked ? space.low(set) : set, known + 1, has.subarray(0, middle));
  mark(space, isAsked ? space.high(set) : set, known + 1, has.subarray(middle));
}

function rangesOf(has: Uint8Array): readonly PortRange[] {
  const ranges: PortRange[] = [];
  for (let first = has.indexOf(1); first !== -1;) {
    const end = has.indexOf(0, first);
    ranges.push([first, (end === -1 ? has.length : end) - 1]);
    first = end === -1 ? -1 : has.indexOf(1, end);
  }
  return ranges;
}

/** The packets that go to one of the ports. */
export const toPorts = (space: PacketSpace, ranges: readonly PortRange[]): PacketSet =>
  ranges.reduce<PacketSet>((so, [first, last]) => space.union(so, space.range('destinationPort', first, last)), NONE);

/** The ports of `a` that are not among those of `b`. */
export function portsWithout(space: PacketSpace, a: readonly PortRange[], b: readonly PortRange[]): readonly PortRange[] {
  return destinationPorts(space, space.difference(toPorts(space, a), toPorts(space, b)));
}
