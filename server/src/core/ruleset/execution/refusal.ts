import { HOOKS, isBuiltIn } from '../../netfilter.ts';
import type { ExtensionUse } from '../../extensions/definition.ts';
import type { Span } from '../../text.ts';
import type { BoundRule, Chain, Table } from '../model.ts';
import { NO_INTERFACE } from '../placement.ts';
import { isChoosy, usesOf } from '../uses.ts';
import { hooksIn, hooksTaking, type HookSet } from './hook-set.ts';
import type { Reach } from './reach.ts';
import type { ExecutionState } from './state.ts';

/** Why the kernel does not take a command's rule. */
export interface Refusal {
  readonly message: string;
  /** Set where it takes the state of the other chains to see it; what shows in the line itself is a diagnostic already. */
  readonly problem?: { readonly code: string; readonly span: Span };
}

/** What iptables itself has against the rule, going by the names of table and chain; undefined where it takes it. */
export function refusedByName(table: Table, { command, header, target }: BoundRule): string | undefined {
  const hook = HOOKS.find((each) => each === command?.chain);
  if (header.in !== undefined && hook !== undefined && NO_INTERFACE.in.refused.has(hook)) return `\`-i\` can't stand in ${hook}.`;
  if (header.out !== undefined && hook !== undefined && NO_INTERFACE.out.refused.has(hook)) return `\`-o\` can't stand in ${hook}.`;
  return table.name === 'nat' && target?.kind === 'verdict' && target.verdict === 'DROP' ? 'iptables refuses `DROP` in `nat`.' : undefined;
}

/** What the kernel has against the rule in this chain as the table is now: it asks from which hooks a rule can be reached, and follows every jump. */
export function refusedByKernel(table: Table, chain: Chain, bound: BoundRule, { reach, backend }: ExecutionState): Refusal | undefined {
  const own = usesOf(bound);
  for (const use of own) {
    const { tables, name } = use.definition;
    if (tables?.includes(table.name) === false) return { message: `\`${name}\` is refused in the table \`${table.name}\`.` };
  }
  const target = bound.target?.kind === 'chain' ? bound.target.chain : undefined;
  if (target === undefined && !own.some(({ definition }) => isChoosy(definition))) return undefined;
  const hooks = reach.hooksOf(table, chain.name);
  if (hooks === 0) return undefined;
  const loop = target === undefined ? undefined : loopBy(reach, table, chain.name, target);
  if (loop !== undefined) return { message: loop, problem: { code: 'jump-loop', span: bound.target!.span } };
  const place = { table, hooks, byOptions: backend === 'legacy' };
  return misplaced(own, place, chain.name, undefined) ?? (target === undefined ? undefined : misplaced(reach.usesNotTaking(table, target, hooks), place, target, bound.target!.span));
}

/** What is wrong with a jump that closes a loop, or makes one reachable. */
function loopBy(reach: Reach, table: Table, from: string, to: string): string | undefined {
  if (reach.leadsTo(table, to, from)) return `\`${to}\` leads back to \`${from}\`, which the kernel refuses; jump to another chain or write \`-j RETURN\`.`;
  return reach.holdsLoop(table, to) ? `Behind \`${to}\` packets would go round in circles, which the kernel refuses; jump to another chain, or write \`-j RETURN\` where the loop closes.` : undefined;
}

interface ReachedFrom {
  readonly table: Table;
  readonly hooks: HookSet;
  /** Whether the kernel asks what an extension asks of its options, wherever the use stands. */
  readonly byOptions: boolean;
}

/** `jump` is the span of the jump that would lead to the uses; undefined for uses of the rule itself. */
function misplaced(uses: Iterable<ExtensionUse>, { table, hooks, byOptions }: ReachedFrom, chain: string, jump: Span | undefined): Refusal | undefined {
  for (const use of uses) {
    const { definition: { name, kind } } = use;
    const shows = jump === undefined && isBuiltIn(table.name, chain);
    const [wrong] = hooksIn(hooks & ~hooksTaking(use, shows || byOptions), table.name);
    if (wrong === undefined) continue;
    return {
      message: shows ? `\`${name}\` is refused in ${wrong}.` : `\`${name}\` is refused here: ${wrong} ${jump === undefined ? 'leads' : 'would lead'} to \`${chain}\`, and it works behind ${hooksIn(hooksTaking(use, true), 'mangle').map((each) => `\`${each}\``).join(', ')} only.`,
      ...(shows ? {} : { problem: { code: `misplaced-${kind}`, span: jump ?? use.span } }),
    };
  }
  return undefined;
}

