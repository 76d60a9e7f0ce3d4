/** What goes to and comes from the oracle in test/kernel/oracle; its module comment says what each key does. */

export type Side = 'client' | 'server';

export interface OraclePacket {
  readonly path?: string;
  readonly local?: boolean;
  readonly in_iface?: string;
  readonly out_iface?: string;
  readonly src?: string;
  readonly dst?: string;
  readonly proto?: string | number;
  readonly sport?: number;
  readonly dport?: number;
  readonly flags?: string;
  readonly type?: string | number;
  readonly code?: number;
  readonly icmp_id?: number;
  readonly spi?: number;
  /** IPv6 extension headers; without `hex` they hold one option of padding. */
  readonly exthdrs?: readonly { readonly type: number; readonly hex?: string }[];
  readonly inner?: OraclePacket;
  readonly ttl?: number;
  readonly tos?: number;
  /** IPv4 options in hex, which no router fills in. */
  readonly ipopts?: string;
  readonly frag?: { readonly off?: number; readonly mf?: boolean; readonly len?: number };
  readonly payload?: number | string;
  readonly mark?: number;
  readonly uid?: number;
  readonly gid?: number;
  readonly ctstate?: string;
  readonly at?: number;
  readonly seq?: number;
  readonly ack?: number;
  /** Of generated TCP packets: who sends; the oracle does not look at it. */
  readonly side?: Side;
  readonly [key: string]: unknown;
}

export interface OracleTopology {
  readonly ifaces?: readonly string[];
  readonly addrs?: Readonly<Record<string, readonly string[]>>;
  readonly local?: readonly string[];
  readonly routes?: readonly string[];
  readonly default_out?: string;
  readonly ip?: readonly string[];
  readonly sysctl?: Readonly<Record<string, number>>;
  readonly [key: string]: unknown;
}

export interface OracleRequest {
  readonly id?: string;
  readonly ruleset: string;
  readonly family?: 4 | 6;
  readonly packets: readonly OraclePacket[];
  readonly topology?: OracleTopology;
  readonly conntrack?: 'auto' | 'on' | 'off';
  readonly ipset?: string;
  /** Names of accounting objects that rules want. */
  readonly nfacct?: readonly string[];
  /** Timeout policies that rules want: seconds by the kernel's number of a state. */
  readonly timeouts?: readonly { readonly name: string; readonly proto: string; readonly seconds: Readonly<Record<string, number>> }[];
}

/** A rule, policy or end of a user-defined chain that a packet met. */
export interface OracleTrace {
  readonly hook: string;
  readonly table: string;
  readonly chain: string;
  readonly rule: number | 'policy' | 'return';
  readonly target?: string;
  readonly text?: string;
}

/** A packet as it was seen at the end of a hook. */
export interface OracleImage {
  readonly src?: string;
  readonly dst?: string;
  readonly proto?: string | number;
  readonly sport?: number;
  readonly dport?: number;
  readonly type?: number;
  readonly code?: number;
  readonly icmp_id?: number;
  readonly flags?: string;
  readonly ttl?: number;
  readonly tos?: number;
  readonly mark?: number;
  readonly in?: string;
  readonly out?: string;
  readonly ct?: string;
}

export interface OracleFate {
  readonly trace: readonly OracleTrace[];
  readonly verdict: 'ACCEPT' | 'DROP' | 'REJECT';
  readonly fate: 'delivered' | 'sent' | 'dropped';
  readonly dropped_by?: Partial<OracleTrace> & { readonly kernel?: string };
  readonly egress?: OracleImage;
}

export interface OracleAnswer extends OracleFate {
  readonly n: number;
  /** Seconds since the first packet could have been sent. */
  readonly at?: number;
  readonly error?: string;
  readonly notes?: readonly string[];
  readonly reject_with?: string;
  readonly generated?: readonly (OracleFate & { readonly packet: OracleImage })[];
  readonly copies?: readonly OracleImage[];
  readonly counter_mismatch?: readonly string[];
}

export interface OracleReply {
  readonly id?: string;
  readonly ok: boolean;
  readonly error?: string;
  readonly warnings?: readonly string[];
  readonly packets?: readonly OracleAnswer[];
}
