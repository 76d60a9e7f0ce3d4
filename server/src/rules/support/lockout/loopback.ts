import type { Analysis } from '../../../core/analysis/analysis.ts';
import type { Steps } from '../../../core/analysis/steps.ts';
import type { Family } from '../../../core/netfilter.ts';
import { following, isShutTo } from './standing.ts';
import type { Lacking } from './stopped-traffic.ts';
import { traffic, type Traffic } from './traffic.ts';

interface Way {
  readonly tcp: Traffic;
  readonly udp: Traffic;
  readonly conditions: string;
  readonly where: string;
}

/** Ports for which no program is known, and that rules for services do not name. */
const UNNAMED = [32768, 60999] as const;

const WAYS: Readonly<Record<Family, readonly Way[]>> = { ipv4: ways('ipv4', '127.0.0.1'), ipv6: ways('ipv6', '::1') };

function ways(family: Family, own: string): readonly Way[] {
  const over = (protocol: string, way: string): Traffic => traffic(family, `${protocol} ${own} -> ${own} ${way}`, { ports: UNNAMED });
  return [
    { tcp: over('tcp', 'in=lo'), udp: over('udp', 'in=lo'), conditions: '-i lo', where: 'comes in' },
    { tcp: over('tcp', 'out=lo'), udp: over('udp', 'out=lo'), conditions: '-o lo', where: 'goes out' },
  ];
}

/** The ways over loopback that are shut to programs of this host, in small steps. */
export function* lackingLoopback(analysis: Analysis): Steps<readonly Lacking[]> {
  const all = WAYS[analysis.ruleset.family];
  yield* following(analysis, all.flatMap(({ tcp, udp }) => [tcp, udp]));
  return all.filter(({ tcp, udp }) => isShutTo(analysis, tcp) && isShutTo(analysis, udp)).map(({ tcp, conditions, where }) => ({
    traffic: tcp, conditions: [conditions], what: conditions,
    message: (example) => `Loopback, over which programs of this host talk to each other, is stopped where it ${where}: ${example}.`,
  }));
}
