import type { Family } from '../netfilter.ts';
import type { Address } from './packet.ts';

/** An address prefix on a link or in a route. */
export interface Prefix {
  readonly address: Address;
  readonly length: number;
}

/** How a route or a routing rule refuses packets, which decides what is sent back for them. */
export type Refusing = 'unreachable' | 'prohibit' | 'blackhole';

/** A route: packets to `destination` (undefined = default) leave by `device`. */
export interface Route {
  readonly destination: Prefix | undefined;
  readonly device: string;
  readonly via?: Address;
  readonly source?: Address;
  /** Of a default route, whose destination does not tell it. */
  readonly family?: Family;
  /** Among equally long prefixes the least metric wins. */
  readonly metric?: number;
  /** Of a route that leads nowhere, what kind it is. */
  readonly refuses?: Refusing;
  /** A throw route: this table has no way, so the next rule is asked. */
  readonly throws?: true;
  /** A local route: packets to it are delivered to the host itself. */
  readonly delivers?: true;
  /** The routing table that it stands in; absent = main. */
  readonly table?: string;
}

/** Which routing table is asked for which packets; parts that are absent fit every packet. */
export interface RoutingRule {
  /** Rules are asked by rising priority. */
  readonly priority: number;
  readonly not?: true;
  readonly from?: Prefix;
  readonly to?: Prefix;
  readonly arrived?: string;
  readonly leaves?: string;
  readonly mark?: { readonly value: number; readonly mask: number };
  /** The rule's text where it asks for more than that. */
  readonly other?: string;
  /** The table that is asked; a rule without one refuses packets. */
  readonly table?: string;
  readonly refuses?: Refusing;
  /** Routes whose prefixes are not longer than this are passed over. */
  readonly suppress?: number;
}

/** An ipset's type and members as `ipset save` prints them. */
export interface IpSet {
  readonly type: string;
  /** Means nothing for types without addresses, such as `bitmap:port`. */
  readonly family: 'inet' | 'inet6';
  /** Prefix length by which addresses are kept and looked up (`netmask 24`). */
  readonly netmask?: number;
  /** Seconds that members stay which are added without saying; 0 = for ever, undefined = the set has no timeouts. */
  readonly timeout?: number;
  /** Most members that it takes, if not 65536. */
  readonly maxelem?: number;
  /** Whether it was created with counters; a member that tells its own says so as well. */
  readonly counters?: true;
  /** Each as `ipset save` prints it behind the set's name, with `timeout`, `nomatch`, `packets` and the like. */
  readonly members: readonly string[];
}

/** What is known of the host; whatever is undefined is not known, and what depends on it is unknown. */
export interface HostFacts {
  /** Addresses of each interface; an interface that is named without any is known to have none. */
  readonly interfaces?: ReadonlyMap<string, readonly Prefix[]>;
  /** Further addresses that are this host's own. */
  readonly local?: readonly Address[];
  readonly routes?: readonly Route[];
  /** The routing rules; unknown counts as the usual ones, which is said where a mark might matter. */
  readonly rules?: readonly RoutingRule[];
  /** Whether the host forwards packets at all; unknown counts as yes. */
  readonly forwarding?: boolean;
  readonly ipsets?: ReadonlyMap<string, IpSet>;
  /** By which packets the host is administered, as classes in notation: what must never be locked out. */
  readonly management?: readonly string[];
  /** What its clock says when a world begins: seconds since 1970 in UTC. */
  readonly clock?: number;
  /** Seconds since the kernel was started when a world begins; unknown counts as long ago. */
  readonly uptime?: number;
}
