import { broadcastOf, kindOf } from './address.ts';
import type { Traversal } from './traversal.ts';

export type FrameType = 'unicast' | 'broadcast' | 'multicast';

/** How the packet's frame was addressed, as the destination before NAT implies; undefined when it may be either a host or a broadcast. */
export function frameType({ packet: { path, in: arrived }, arrivedFor: destination, isCopy, host: { interfaces } }: Pick<Traversal, 'packet' | 'arrivedFor' | 'isCopy' | 'host'>): FrameType | undefined {
  // On lo each frame is for this host alone. Seen in the kernel.
  if (path === 'out' || arrived === 'lo') return 'unicast';
  if (destination === undefined) return undefined;
  const kind = kindOf(destination);
  if (kind === 'multicast') return 'multicast';
  if (kind === 'limited-broadcast' || isCopy) return 'broadcast';
  // A directed broadcast ends in at least two set bits, and is not forwarded.
  if (typeof destination === 'bigint' || path === 'forward' || (destination & 3) !== 3) return 'unicast';
  if (interfaces === undefined) return undefined;
  // To the broadcast address of another link a frame goes as to any host. Seen in the kernel.
  const links = arrived === undefined ? [...interfaces.values()].flat() : interfaces.get(arrived) ?? [];
  return links.some((prefix) => broadcastOf(prefix) === destination) ? 'broadcast' : 'unicast';
}
