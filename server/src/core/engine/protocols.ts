/** Numbers of the protocols that the engine itself treats in their own way. */
export const PROTOCOL = { icmp: 1, igmp: 2, tcp: 6, udp: 17, dccp: 33, gre: 47, esp: 50, ah: 51, icmpv6: 58, sctp: 132, udplite: 136 } as const;
