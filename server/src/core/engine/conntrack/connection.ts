import type { Address } from '../packet.ts';

/** One direction of a connection, as conntrack keys it; a part that is undefined is not known. */
export interface Tuple {
  readonly protocol: number | undefined;
  readonly source: Address | undefined;
  readonly destination: Address | undefined;
  /** Ports; for ICMP queries the id as source port, and the type shifted left by 8 or-ed with the code as destination port; 0 for other protocols. */
  readonly sourcePort: number | undefined;
  readonly destinationPort: number | undefined;
  /** Conntrack zone of this direction (`-j CT --zone`), 0 unless set. */
  readonly zone: number;
}

/** Addresses or ports from the one to the other. */
export interface Span<T> {
  readonly from: T;
  readonly to: T;
}

export type Ports = Span<number>;

/** The zones that the two directions of a connection lie in (`-j CT --zone-orig` sets one of them). */
export interface Zones {
  readonly original: number;
  readonly reply: number;
}

export const NO_ZONES: Zones = { original: 0, reply: 0 };

/** What conntrack knows of a connection; plain data. */
export interface Connection {
  /** Its number in the table, in the order in which they were entered; 0 for one that is not. */
  id: number;
  readonly original: Tuple;
  /** What a reply looks like on the wire: the inverse of `original` after NAT. */
  reply: Tuple;
  /** Whether a packet in the reply direction was seen. */
  replied: boolean;
  /** Whether another connection announced it (an FTP data connection): RELATED until the first reply. */
  expected: boolean;
  /** Whether it is none, but stands for one between raw's CT target and conntrack. */
  readonly isTemplate: boolean;
  /** Whether its first packet survived, so that later ones find it. */
  confirmed: boolean;
  assured: boolean;
  sourceNatDone: boolean;
  destinationNatDone: boolean;
  /** Whether the source or destination really is translated; see `isTranslated`. */
  sourceTranslated: Translated;
  destinationTranslated: Translated;
  /** Whether REDIRECT has sent it to the host itself, at an address that is not known. */
  redirected: boolean;
  mark: number;
  /** Where the kernel draws the port (or ICMP id) of the replies from, while it is not known which it drew. */
  drawnFrom: Ports | undefined;
  /** The same for the port that the destination has become. */
  drawnTo: Ports | undefined;
  /** The addresses of which the source has become one, while it is not known which. */
  drawnAddresses: Span<Address> | undefined;
  /** Whether NAT has found its replies no tuple that is free, so that it is not confirmed; `possible` where that hangs on what is not known of others. */
  clash: Clash;
  /** Seconds on the world's clock when the entry dies; never for one of a timeout policy. */
  expires: number;
  /** The timeout policy that says when it dies, which nobody knows here, and when it was prolonged last. */
  policy: { readonly name: string; readonly prolonged: number } | undefined;
  /** Seconds on the world's clock when its first packet came. */
  readonly began: number;
  /** What has passed in each direction, this packet included; undefined for a connection that is older than the world. */
  readonly counted: Readonly<Record<'original' | 'reply', Counted>> | undefined;
  /** Where protocol trackers keep what they know; undefined for protocols without states. */
  tcp: TcpProgress | undefined;
  /** Room for what matches and targets keep with a connection (`connlabel`, `CONNSECMARK`), by extension name. */
  readonly extras: Record<string, unknown>;
}

/** Lets an entry live for so many seconds from now on, or for as long as its timeout policy says. */
export function prolong(connection: Connection, seconds: number, now: number): void {
  connection.expires = connection.policy === undefined ? now + seconds : Infinity;
  if (connection.policy !== undefined) connection.policy = { ...connection.policy, prolonged: now };
}

/** Whether the entry may have died since, for its timeout policy alone knows. */
export const mayBeGone = ({ policy }: Connection, now: number): boolean => policy !== undefined && policy.prolonged < now;

export type Clash = 'none' | 'possible' | 'sure';

/** Whether NAT has changed something; `possibly` where what it draws by chance, or meets in an open packet, may be what was there. */
export type Translated = 'no' | 'possibly' | 'yes';

/** Packets, and their bytes with IP headers; bytes are undefined once a packet of unknown length was among them. */
export interface Counted {
  packets: number;
  bytes: number | undefined;
}

export type TcpState =
  | 'NONE' | 'SYN_SENT' | 'SYN_RECV' | 'ESTABLISHED' | 'FIN_WAIT' | 'CLOSE_WAIT' | 'LAST_ACK' | 'TIME_WAIT' | 'CLOSE' | 'SYN_SENT2';

/** How far a TCP connection has come. */
export interface TcpProgress {
  state: TcpState;
  /** Kind and direction of its last packet, which decide how odd ones are taken. */
  lastKind: string | undefined;
  lastDirection: 'original' | 'reply' | undefined;
  /** Whether the answering side has been heard, so that its sequence numbers are known. */
  heard: boolean;
  /** Whether both sides opened it at once. */
  simultaneous: boolean;
  /** Whether either side has begun to close it. */
  closing: boolean;
  /** Whether a SYN was let through while the last FIN awaited its ACK, which the server may challenge by an ACK of its own. */
  mayChallenge: boolean;
}
