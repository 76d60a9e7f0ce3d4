import { BUILT_IN_CHAINS, type Backend, type Hook } from '../../netfilter.ts';
import type { ExtensionUse } from '../../extensions/definition.ts';
import type { Chain, Rule, Table } from '../model.ts';
import { isChoosy, usesOf } from '../uses.ts';
import { ALL_HOOKS, hookSet, hooksTaking, type HookSet } from './hook-set.ts';

/** What the rules of a chain lead to and ask of the hooks. */
interface Outline {
  readonly jumps: Set<string>;
  readonly choosy: Set<ExtensionUse>;
  /** Hooks that may lead to every one of them. */
  taking: HookSet;
}

/** What was found out about the chains of a table, by their names. */
interface Found {
  /** The hooks that lead to a chain; none where it is not there. */
  readonly hooks: Map<string, HookSet>;
  /** The chain and all that it leads to. */
  readonly behind: Map<string, ReadonlySet<string>>;
}

/**
 * Which chains lead where while commands change them. Most commands put one more rule into a chain, which adds to what is
 * known; whoever takes rules away, or changes which chains there are, says so.
 */
export class Reach {
  private readonly byOptions: boolean;
  private readonly outlines = new WeakMap<Chain, Outline>();
  private readonly found = new WeakMap<Table, Found>();

  constructor(backend: Backend) {
    // What an extension asks of its options iptables-nft asks in built-in chains only (seen in the kernel).
    this.byOptions = backend === 'legacy';
  }

  /** Takes note of rules that were put into the chain. */
  put(table: Table, chain: Chain, rules: readonly Rule[]): void {
    const outline = this.outlines.get(chain);
    if (outline === undefined && rules.some(isJump)) this.beginning(table, chain);
    if (outline === undefined) return;
    for (const rule of rules) {
      const jump = this.add(outline, rule);
      if (jump !== undefined) this.joined(table, chain.name, jump);
    }
  }

  /** Takes note of rules that were taken out of the chain. */
  taken(table: Table, chain: Chain, rules: readonly Rule[]): void {
    if (rules.some((rule) => isJump(rule) || usesOf(rule.bound).some(({ definition }) => isChoosy(definition)))) this.changed(table, chain);
  }

  /** Takes note that the chain holds other rules than before. */
  changed(table: Table, chain: Chain): void {
    const outline = this.outlines.get(chain);
    if (outline === undefined) return;
    if (outline.jumps.size > 0) this.found.delete(table);
    this.outlines.delete(chain);
    const now = this.outlineOf(chain);
    if (now.jumps.size > 0) this.found.delete(table);
  }

  /** Takes note that there are other chains than before. */
  regrouped(table: Table): void {
    this.found.delete(table);
  }

  /** The hooks whose built-in chain is the chain or leads to it. */
  hooksOf(table: Table, chain: string): HookSet {
    return table.chains.get(chain)?.builtIn === true ? hookSet([chain as Hook]) : this.of(table).hooks.get(chain) ?? 0;
  }

  /** Whether packets that come to `from` can come to `to`. */
  leadsTo(table: Table, from: string, to: string): boolean {
    return this.behind(table, from).has(to);
  }

  /** Whether packets that come to `chain` can go round in circles; chains that a hook leads to were asked when they came to be so. */
  holdsLoop(table: Table, chain: string): boolean {
    const jumps = this.jumpsOf(table, chain);
    if (jumps.length === 0 || this.hooksOf(table, chain) !== 0) return false;
    const open = new Set([chain]);
    const done = new Set<string>();
    const path = [{ chain, left: jumps }];
    while (path.length > 0) {
      const { chain: at, left } = path.at(-1)!;
      const next = left.pop();
      if (next === undefined) {
        open.delete(at);
        done.add(at);
        path.pop();
      } else if (open.has(next)) {
        return true;
      } else if (!done.has(next)) {
        open.add(next);
        path.push({ chain: next, left: this.jumpsOf(table, next) });
      }
    }
    return false;
  }

  /** Uses in the chain and behind it to which one of the hooks may not lead. */
  * usesNotTaking(table: Table, chain: string, hooks: HookSet): Iterable<ExtensionUse> {
    for (const name of this.behind(table, chain)) {
      const next = table.chains.get(name);
      if (next === undefined || (hooks & ~this.outlineOf(next).taking) === 0) continue;
      for (const use of this.outlineOf(next).choosy) if ((hooks & ~hooksTaking(use, this.byOptions)) !== 0) yield use;
    }
  }

  private outlineOf(chain: Chain): Outline {
    let outline = this.outlines.get(chain);
    if (outline === undefined) {
      this.outlines.set(chain, outline = { jumps: new Set(), choosy: new Set(), taking: ALL_HOOKS });
      for (const rule of chain.rules) this.add(outline, rule);
    }
    return outline;
  }

  /** Answers the chain that no rule led to before. */
  private add(outline: Outline, rule: Rule): string | undefined {
    for (const use of usesOf(rule.bound)) {
      if (!isChoosy(use.definition)) continue;
      outline.choosy.add(use);
      outline.taking &= hooksTaking(use, this.byOptions);
    }
    const { target } = rule.bound;
    if (target?.kind !== 'chain' || outline.jumps.has(target.chain)) return undefined;
    outline.jumps.add(target.chain);
    return target.chain;
  }

  private of(table: Table): Found {
    let found = this.found.get(table);
    if (found === undefined) {
      this.found.set(table, found = { hooks: new Map(), behind: new Map() });
      for (const hook of BUILT_IN_CHAINS[table.name]) this.arrive(table, found.hooks, hook, hookSet([hook]));
    }
    return found;
  }

  /** Takes note that a chain is to lead somewhere of which nothing was asked; its name may have been led to before it was there. */
  private beginning(table: Table, { name }: Chain): void {
    const found = this.found.get(table);
    if (found?.hooks.has(name) === true) this.found.delete(table);
    else found?.behind.clear();
  }

  /** Takes note that a chain leads to another one for the first time. */
  private joined(table: Table, from: string, to: string): void {
    const found = this.found.get(table);
    if (found === undefined) return;
    found.behind.clear();
    this.arrive(table, found.hooks, to, found.hooks.get(from) ?? 0);
  }

  /** Lets the hooks lead to a chain and to all that it leads to. */
  private arrive(table: Table, known: Map<string, HookSet>, chain: string, hooks: HookSet): void {
    const left = [chain];
    for (let name = left.pop(); name !== undefined; name = left.pop()) {
      const before = known.get(name) ?? 0;
      if ((hooks & ~before) === 0) continue;
      known.set(name, before | hooks);
      left.push(...this.jumpsOf(table, name));
    }
  }

  /** `chain` and every chain that it leads to. */
  private behind(table: Table, chain: string): ReadonlySet<string> {
    const { behind } = this.of(table);
    const known = behind.get(chain);
    if (known !== undefined) return known;
    const found = new Set([chain]);
    for (const name of found) for (const jump of this.jumpsOf(table, name)) found.add(jump);
    behind.set(chain, found);
    return found;
  }

  private jumpsOf(table: Table, name: string): string[] {
    const chain = table.chains.get(name);
    return chain === undefined ? [] : [...this.outlineOf(chain).jumps];
  }
}

const isJump = ({ bound: { target } }: Rule): boolean => target?.kind === 'chain';
