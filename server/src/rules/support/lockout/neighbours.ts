import type { Analysis } from '../../../core/analysis/analysis.ts';
import type { Steps } from '../../../core/analysis/steps.ts';
import { following, isShutTo } from './standing.ts';
import type { Lacking } from './stopped-traffic.ts';
import { traffic, type Traffic } from './traffic.ts';

interface Message {
  readonly name: string;
  readonly traffic: Traffic;
}

interface Way {
  readonly messages: readonly Message[];
  readonly where: string;
}

const MESSAGES = ['neighbour-solicitation', 'neighbour-advertisement'] as const;

const WAYS: readonly Way[] = [
  { messages: MESSAGES.map((name) => ({ name, traffic: traffic('ipv6', `icmpv6 any -> any type=${name} ttl=255`) })), where: 'comes in' },
  { messages: MESSAGES.map((name) => ({ name, traffic: traffic('ipv6', `icmpv6 any -> any path=out type=${name} ttl=255 uid=none gid=none`) })), where: 'goes out' },
];

/** The ways that are shut to messages by which neighbours find each other, in small steps; none where ARP does that. */
export function* lackingNeighbours(analysis: Analysis): Steps<readonly Lacking[]> {
  if (analysis.ruleset.family === 'ipv4') return [];
  yield* following(analysis, WAYS.flatMap(({ messages }) => messages.map((each) => each.traffic)));
  return WAYS.flatMap(({ messages, where }) => {
    const stopped = messages.filter(({ traffic: each }) => isShutTo(analysis, each));
    return stopped.length === 0 ? [] : [lacking(stopped, where)];
  });
}

const lacking = (stopped: readonly Message[], where: string): Lacking => ({
  traffic: stopped[0]!.traffic, what: 'neighbour discovery',
  conditions: stopped.map(({ name }) => `-p ipv6-icmp -m icmp6 --icmpv6-type ${name}`),
  message: (example) => `No ${stopped.map(({ name }) => name.replace('-', ' ')).join(' or ')} ${where}, without which neighbours do not find each other: ${example}.`,
});
