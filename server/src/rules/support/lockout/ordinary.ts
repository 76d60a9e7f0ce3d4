import type { Analysis } from '../../../core/analysis/analysis.ts';
import type { Family } from '../../../core/netfilter.ts';
import { isShutTo } from './standing.ts';
import { traffic, type Traffic } from './traffic.ts';

const both = (text: string, more: Pick<Traffic, 'ports'> = {}): Readonly<Record<Family, Traffic>> => ({ ipv4: traffic('ipv4', text, more), ipv6: traffic('ipv6', text, more) });

/** Ports from which the kernel opens connections where nobody says otherwise. */
const EPHEMERAL = [32768, 60999] as const;

/** What hosts of all kinds do. */
export const ORDINARY = {
  /** Anything that begins from outside. */
  anythingIn: both('any any -> any'),
  tcpIn: both('tcp any -> any'),
  tcpOut: both('tcp any -> any path=out'),
  tcpAnswersIn: both('tcp any -> any state=ESTABLISHED flags=ACK', { ports: EPHEMERAL }),
  udpAnswersIn: both('udp any -> any state=ESTABLISHED', { ports: EPHEMERAL }),
  tcpAnswersOut: both('tcp any -> any path=out state=ESTABLISHED flags=ACK'),
} as const;

/** Whether no packet of ordinary traffic gets through. */
export const isShut = (analysis: Analysis, of: Readonly<Record<Family, Traffic>>): boolean => isShutTo(analysis, of[analysis.ruleset.family]);
