import type { Analysis, Fates } from '../../../core/analysis/analysis.ts';
import { NONE, type PacketSet } from '../../../core/sets/diagram.ts';
import { packetsOf, type Traffic } from './traffic.ts';

/** How the packets of some traffic fare. */
export interface Standing {
  readonly fates: Fates;
  /** Packets that may be dropped, rejected or queued. */
  readonly blocked: PacketSet;
  /** Packets that are accepted at any moment. */
  readonly sure: PacketSet;
  /** Whether no packet gets through, not even to another host by NAT. */
  readonly isShut: boolean;
}

const known = new WeakMap<Analysis, Map<Traffic, Standing>>();

/** How the traffic fares; asked once for each analysis. */
export function standingOf(analysis: Analysis, traffic: Traffic): Standing {
  let standings = known.get(analysis);
  if (standings === undefined) known.set(analysis, standings = new Map());
  let standing = standings.get(traffic);
  if (standing === undefined) standings.set(traffic, standing = find(analysis, traffic));
  return standing;
}

function find(analysis: Analysis, traffic: Traffic): Standing {
  const { space } = analysis;
  const fates = analysis.fates(traffic.packet.path, packetsOf(space, traffic));
  const blocked = [fates.dropped, fates.rejected, fates.queued].reduce<PacketSet>((so, set) => space.union(so, set), NONE);
  const sure = space.difference(space.difference(fates.accepted, blocked), fates.translated);
  return { fates, blocked, sure, isShut: fates.all !== NONE && fates.accepted === NONE && fates.translated === NONE };
}
