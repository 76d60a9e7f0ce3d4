import type { Address } from '../packet.ts';

/** One direction of a connection, as conntrack keys it. */
export interface Tuple {
  readonly protocol: number;
  readonly source: Address;
  readonly destination: Address;
  /** Ports, or the ICMP id in both places. */
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/** What conntrack knows of a connection; plain data. */
export interface Connection {
  readonly original: Tuple;
  /** What a reply looks like on the wire: the inverse of `original` after NAT. */
  reply: Tuple;
  /** Whether a packet in the reply direction was seen. */
  replied: boolean;
  confirmed: boolean;
  assured: boolean;
  sourceNatDone: boolean;
  destinationNatDone: boolean;
  /** Whether the source or destination really is translated. */
  sourceTranslated: boolean;
  destinationTranslated: boolean;
  mark: number;
  /** Seconds on the world's clock when the entry dies. */
  expires: number;
  tcpState: string | undefined;
}
