import type { Backend, Hook, TableName } from '../netfilter.ts';
import type { HostFacts } from './host.ts';
import type { Connection, Tuple, Zones } from './conntrack/connection.ts';
import type { Packet, ConntrackState, Address } from './packet.ts';
import type { Truth, Unknown } from './truth.ts';

export type { Backend } from '../netfilter.ts';

/** Reserves room for one rule's own state (a token bucket, a counter) in every world; see `World.slot`. */
export interface Slot<S> {
  readonly index: number;
  /** State of a fresh world; plain data, which is copied where worlds branch off. */
  initial(): S;
}

/** What lasts from packet to packet: the clock, conntrack, recent lists, per-rule state. */
export interface World {
  /** Seconds since the world began; fractions allowed. */
  readonly now: number;
  /** The state behind a slot, made on first use. */
  slot<S>(slot: Slot<S>): S;
  /** State shared by name (`recent` lists, `hashlimit` tables), made on first use; plain data. */
  shared<S>(kind: string, name: string, initial: () => S): S;
  /** The living, confirmed connection of which `tuple` is one direction; not to be changed. */
  findConnection(tuple: Tuple): Connection | undefined;
}

/** What a condition or a target sees of the packet's way through the kernel. */
export interface Traversal {
  readonly packet: Packet;
  /** The destination as the packet came, before any NAT. */
  readonly arrivedFor: Address | undefined;
  readonly hook: Hook;
  readonly table: TableName;
  readonly backend: Backend;
  /** Interface names as the hook knows them: '' = none at this hook, undefined = left open by the packet. */
  readonly inInterface: string | undefined;
  readonly outInterface: string | undefined;
  readonly world: World;
  readonly host: HostFacts;
  /** Whether the packet is a copy of one that the host itself sends to many, on its way back to it: no socket's, and in no frame. */
  readonly isCopy: boolean;
  /** The conntrack entry of this packet; undefined when INVALID or UNTRACKED. */
  readonly connection: Connection | undefined;
  /** `--ctstate`'s base state of the packet. */
  readonly state: ConntrackState | Unknown;
  /** Direction of the packet in its connection. */
  readonly direction: 'original' | 'reply';
  /**
   * Sets up the connection's NAT for the manipulation `kind` and rewrites the packet; does nothing without a connection
   * (the caller accepts). Where it can't be done, why: the packet is dropped.
   */
  translate(kind: 'source' | 'destination', range: NatRange): string | undefined;
  /**
   * Address that MASQUERADE ('out') or REDIRECT ('in') gives to the packet: the primary address of the interface, loopback
   * for REDIRECT in OUTPUT; undefined when the interface is known to have none (the packet is dropped).
   */
  interfaceAddress(side: 'in' | 'out'): Address | Unknown | undefined;
  /** Template that raw's CT and NOTRACK targets give the packet, before conntrack sees it. */
  track(template: ConntrackTemplate): void;
  /** The packet's checksum does not fit what has become of it. */
  spoil(): void;
  /** What a match notes while the packet is on its way, and forgets with it: for the kernel all of that is one tick of its clock. */
  readonly tick: Set<string>;
  /** The rule being tested drops the packet at once, whatever its target (the kernel's hotdrop). */
  hotdrop(reason: string): void;
}

/** What raw's CT target asks of conntrack. */
export interface ConntrackTemplate {
  readonly notrack?: true;
  /** The zones once conntrack sees the packet, of which they may depend on its mark; undefined while that is open. */
  zones?(mark: number | undefined): Zones | undefined;
  /** What stands for an entry until conntrack sees the packet. */
  readonly entry?: Connection;
  /** The name of the timeout policy that a connection gets which the packet begins. */
  readonly policy?: string | undefined;
}

/** Addresses and ports that a NAT target may choose from; a missing part is kept as it is. */
export interface NatRange {
  /** Unknown where they depend on what is not known of the host: the packet's address is open afterwards. */
  readonly addresses?: { readonly from: Address; readonly to: Address } | Unknown;
  readonly ports?: { readonly from: number; readonly to: number; readonly base?: number };
  readonly random?: boolean;
  readonly persistent?: boolean;
}

/** One thing that a rule asks of a packet: true, false or unknown, with words for the trace. */
export interface Condition {
  /** The text of the rule that states it (`! --dport 22`). */
  readonly source: string;
  /** Decides; may change the world (limit, recent, statistic do). */
  test(traversal: Traversal): Truth;
  /** What the packet has there, to complete "it did not match, because …": `the destination port is 80`. */
  observe(traversal: Traversal): string;
  /** What the test changes of a packet of which it holds, whatever conditions behind it say; absent where it only looks. */
  rewrite?(packet: Packet): void;
  /** The same test as plain data, where there is one. Lets the engine pass over rules without a call. */
  readonly quick?: QuickPort | QuickFlags;
}

/** A port in a range, `!` applied already: it holds exactly when the packet's port is known and from ≤ port ≤ to. */
export interface QuickPort {
  readonly field: 'sourcePort' | 'destinationPort';
  readonly from: number;
  readonly to: number;
}

/** Of the flags in `mask`, of which there are some, exactly those in `set`; `negated` turns it round. */
export interface QuickFlags {
  readonly field: 'tcpFlags';
  readonly mask: number;
  readonly set: number;
  readonly negated: boolean;
}

/** What a target does with the packet. */
export type Effect =
  | { readonly kind: 'continue' }
  | { readonly kind: 'accept' }
  | { readonly kind: 'drop'; readonly reason?: string }
  | { readonly kind: 'return' }
  | { readonly kind: 'reject'; readonly with: string }
  /** To a program in user space; with `bypass` the packet goes on in the next table while none listens. */
  | { readonly kind: 'queue'; readonly bypass?: true }
  /** To the program that listens for it, as long as there is one: the packet gets a mark and leaves the table; without a program it is dropped. */
  | { readonly kind: 'proxy'; readonly listens: string; readonly mark: (before: number | undefined) => number | undefined }
  /** Keeps the packet, and answers it: with SYN and ACK (and ECE where it agrees on ECN, which takes a timestamp in the SYN), or with an ICMPv6 parameter problem. */
  | { readonly kind: 'answer'; readonly with: 'handshake'; readonly mayAgreeOnEcn: boolean; readonly reason: string }
  | { readonly kind: 'answer'; readonly with: 'parameter-problem'; readonly reason: string }
  | { readonly kind: 'unknown'; readonly reason: string };

/** A target made ready for one rule. */
export interface Action {
  apply(traversal: Traversal): Effect;
}
