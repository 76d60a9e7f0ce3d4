import type { Family } from '../../server/src/core/netfilter.ts';

/** What `npm test` runs for each back end: seeds from 1 on. `run.ts` takes any others. */
export const SEEDS = { cases: 100, packets: 30, timed: 6, timedPackets: 16, nat: 20, routes: 20, streams: 4, segments: 300 } as const;

/** Every third seed is for IPv6. */
export const familyOf = (seed: number): Family => (seed % 3 === 0 ? 'ipv6' : 'ipv4');
