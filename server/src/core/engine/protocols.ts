/** Numbers of the protocols that the engine itself treats in their own way. */
export const PROTOCOL = { icmp: 1, tcp: 6, udp: 17, gre: 47, icmpv6: 58, sctp: 132, udplite: 136 } as const;
