import { BUILT_IN_CHAINS, type Hook } from '../../netfilter.ts';
import type { ExtensionUse } from '../../extensions/definition.ts';
import type { Chain, Rule, Table } from '../model.ts';

/** What the rules of a chain lead to and ask of the hooks; made of the first `count` rules of the array. */
interface Outline {
  readonly rules: readonly Rule[];
  count: number;
  readonly jumps: Set<string>;
  readonly choosy: Set<ExtensionUse>;
}

const outlines = new WeakMap<Chain, Outline>();

/**
 * The outline of a chain while commands change it. Appending adds to it; whoever takes rules away calls `forgetOutline`.
 */
function outlineOf(chain: Chain): Outline {
  let outline = outlines.get(chain);
  if (outline === undefined || outline.rules !== chain.rules || outline.count > chain.rules.length) {
    outlines.set(chain, outline = { rules: chain.rules, count: 0, jumps: new Set(), choosy: new Set() });
  }
  for (; outline.count < chain.rules.length; outline.count++) add(outline, chain.rules[outline.count]!);
  return outline;
}

/** Says that rules of the chain were put elsewhere than at its end, or were taken away. */
export function forgetOutline(chain: Chain): void {
  outlines.delete(chain);
}

function add({ jumps, choosy }: Outline, { bound: { matches, target } }: Rule): void {
  if (target?.kind === 'chain') jumps.add(target.chain);
  for (const use of target?.kind === 'extension' ? [...matches, target.use] : matches) {
    if (use.definition.hooks !== undefined || use.definition.hooksFor !== undefined) choosy.add(use);
  }
}

/** `chain` and every chain that it leads to. */
function reached(table: Table, chain: string): ReadonlySet<string> {
  const found = new Set([chain]);
  for (const name of found) {
    const next = table.chains.get(name);
    if (next !== undefined) for (const jump of outlineOf(next).jumps) found.add(jump);
  }
  return found;
}

/** Whether packets that come to `from` can come to `to`. */
export const leadsTo = (table: Table, from: string, to: string): boolean => reached(table, from).has(to);

/** Whether packets that come to `chain` can go round in circles; chains that a hook leads to were asked when they came to be so. */
export function holdsLoop(table: Table, chain: string): boolean {
  const jumps = jumpsOf(table, chain);
  if (jumps.length === 0 || hooksOf(table, chain).length > 0) return false;
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
      path.push({ chain: next, left: jumpsOf(table, next) });
    }
  }
  return false;
}

function jumpsOf(table: Table, name: string): string[] {
  const chain = table.chains.get(name);
  return chain === undefined ? [] : [...outlineOf(chain).jumps];
}

/** The hooks whose built-in chain is the chain or leads to it. */
export function hooksOf(table: Table, chain: string): readonly Hook[] {
  if (table.chains.get(chain)?.builtIn === true) return [chain as Hook];
  return BUILT_IN_CHAINS[table.name].filter((hook) => leadsTo(table, hook, chain));
}

/** Uses in the chain and behind it that are not taken behind every hook. */
export function* usesBehind(table: Table, chain: string): Iterable<ExtensionUse> {
  for (const name of reached(table, chain)) {
    const next = table.chains.get(name);
    if (next !== undefined) yield* outlineOf(next).choosy;
  }
}
