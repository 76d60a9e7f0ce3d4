import type { Family, Hook, Policy, TableName } from '../netfilter.ts';
import type { Rule } from '../ruleset/model.ts';
import type { HeaderScan } from './compile/scan.ts';
import type { InterfacePatterns } from './compile/interfaces.ts';
import type { Manipulation } from './conntrack/nat.ts';
import type { Packet } from './packet.ts';
import type { Action, Backend, Condition } from './traversal.ts';

/** A ruleset made ready to run: what each hook consults, in the kernel's order. Holds no state; see `Worlds`. */
export interface Program {
  readonly family: Family;
  readonly backend: Backend;
  readonly hooks: Readonly<Record<Hook, readonly Stage[]>>;
  /** Whether anything in the ruleset makes the kernel track connections. */
  readonly tracks: boolean;
  readonly interfaces: InterfacePatterns;
}

/** One thing that a hook does with a packet. */
export type Stage =
  | { readonly kind: 'table'; readonly table: TableName; readonly chain: CompiledChain }
  | { readonly kind: 'defragment' | 'track' }
  | { readonly kind: 'nat'; readonly manipulation: Manipulation; readonly chain: CompiledChain | undefined }
  /** Notes what ways go by, and looks for another one where any of it has changed since. */
  | { readonly kind: 'note-way' }
  | { readonly kind: 'reroute'; readonly by: readonly (keyof WayFields)[] }
  | { readonly kind: 'confirm' };

/** What a local packet's way may go by. */
export type WayFields = Pick<Packet, 'source' | 'destination' | 'mark' | 'tos' | 'ttl'>;

export interface CompiledChain {
  readonly table: TableName;
  readonly name: string;
  /** Of a built-in chain. */
  readonly policy: Policy | undefined;
  /** The place of the first rule that stands for what the policy may be; undefined where it is known. */
  readonly policiesFrom: number | undefined;
  readonly rules: readonly CompiledRule[];
  readonly scan: HeaderScan;
}

export interface CompiledRule {
  readonly rule: Rule;
  /** Counted from 1 in its chain. */
  readonly number: number;
  readonly chain: CompiledChain;
  /** Every condition in the kernel's order. */
  readonly conditions: readonly Condition[];
  /** Those that the chain's scan has not decided. */
  readonly rest: readonly Condition[];
  /** Those of them by which the rule is there at all. */
  readonly presence: readonly Condition[];
  readonly target: CompiledTarget;
  /** Name of the target as written, null for none; filled in when the rule first matches, since finding it in the line takes longer than the rule. */
  targetName?: string | null;
}

export type CompiledTarget =
  | { readonly kind: 'none' | 'accept' | 'drop' | 'return' | 'queue' }
  | { readonly kind: 'chain'; readonly chain: CompiledChain; readonly goto: boolean }
  | { readonly kind: 'action'; readonly action: Action }
  | { readonly kind: 'unknown'; readonly reason: string };
