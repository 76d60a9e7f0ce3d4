import type { Family } from '../../netfilter.ts';

/**
 * What an ICMP message is to conntrack: a query may begin a connection, an answer belongs to one, an error belongs to
 * the connection of the packet that it quotes, what manages the link is left UNTRACKED, and the rest is INVALID.
 */
export type IcmpRole = 'query' | 'answer' | 'error' | 'untracked' | 'other';

const V4_QUERIES: ReadonlySet<number> = new Set([8, 13, 15, 17]);
const V4_ANSWERS: ReadonlySet<number> = new Set([0, 14, 16, 18]);
const V4_ERRORS: ReadonlySet<number> = new Set([3, 4, 5, 11, 12]);
/** Discovery of multicast listeners, neighbours and multicast routers. Seen in the kernel. */
const V6_UNTRACKED: ReadonlySet<number> = new Set([130, 131, 132, 133, 134, 135, 136, 143, 151, 152]);

/** The role of an ICMP type. */
export function icmpRole(family: Family, type: number): IcmpRole {
  return family === 'ipv4' ? roleV4(type) : roleV6(type);
}

function roleV4(type: number): IcmpRole {
  if (V4_QUERIES.has(type)) return 'query';
  if (V4_ANSWERS.has(type)) return 'answer';
  return V4_ERRORS.has(type) ? 'error' : 'other';
}

function roleV6(type: number): IcmpRole {
  if (type < 128) return 'error';
  if (type === 128 || type === 139) return 'query';
  if (type === 129 || type === 140) return 'answer';
  return V6_UNTRACKED.has(type) ? 'untracked' : 'other';
}
