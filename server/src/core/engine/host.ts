import type { Address } from './packet.ts';

/** An address prefix on a link or in a route. */
export interface Prefix {
  readonly address: Address;
  readonly length: number;
}

/** A route: packets to `destination` (undefined = default) leave by `device`. */
export interface Route {
  readonly destination: Prefix | undefined;
  readonly device: string;
  readonly via?: Address;
  readonly source?: Address;
}

/** An ipset's type and members as `ipset save` prints them. */
export interface IpSet {
  readonly type: string;
  readonly family: 'inet' | 'inet6';
  readonly members: readonly string[];
}

/** What is known of the host; whatever is undefined is not known, and what depends on it is unknown. */
export interface HostFacts {
  readonly interfaces?: ReadonlyMap<string, readonly Prefix[]>;
  readonly local?: readonly Address[];
  readonly routes?: readonly Route[];
  readonly forwarding?: boolean;
  readonly ipsets?: ReadonlyMap<string, IpSet>;
}
