import { ChainSurvey } from '../../ruleset/chain-survey.ts';
import type { Rule, Table } from '../../ruleset/model.ts';

const known = new WeakMap<Table, ReadonlySet<Rule>>();

/**
 * The rules whose jump or goto leads back to their own chain, directly or through others. The kernel refuses a table
 * in which a packet could get into such a circle.
 */
export function loopingJumps(table: Table): ReadonlySet<Rule> {
  const work = loopingJumpsOf(table);
  for (;;) {
    const { done, value } = work.next();
    if (done === true) return value;
  }
}

/** The same in small steps. */
export function* loopingJumpsOf(table: Table): Generator<undefined, ReadonlySet<Rule>> {
  let looping = known.get(table);
  if (looping === undefined) known.set(table, looping = yield* findLooping(table));
  return looping;
}

/** So many chains are looked at in one step. */
const AT_ONCE = 64;

function* findLooping({ chains }: Table): Generator<undefined, ReadonlySet<Rule>> {
  const successors = new Map<string, ReadonlySet<string>>();
  for (const chain of chains.values()) {
    successors.set(chain.name, ChainSurvey.of(chain).jumps);
    if (successors.size % AT_ONCE === 0) yield undefined;
  }
  const component = yield* components(successors);
  const isCircular = (from: string, to: string): boolean => to === from || (component.get(to) !== undefined && component.get(to) === component.get(from));
  const looping = new Set<Rule>();
  let looked = 0;
  for (const [name, jumps] of successors) {
    if (++looked % AT_ONCE === 0) yield undefined;
    // Hardly any chain has one, and to look at the rules of all of them takes long.
    if (![...jumps].some((to) => isCircular(name, to))) continue;
    for (const rule of chains.get(name)!.rules) {
      const to = leadsTo(rule);
      if (to !== undefined && isCircular(name, to)) looping.add(rule);
    }
  }
  return looping;
}

function leadsTo({ bound }: Rule): string | undefined {
  return bound.target?.kind === 'chain' ? bound.target.chain : undefined;
}

/** Tarjan's strongly connected components, without recursion so that long rows of chains are no trouble. */
function* components(successors: ReadonlyMap<string, ReadonlySet<string>>): Generator<undefined, ReadonlyMap<string, number>> {
  const component = new Map<string, number>();
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  for (const root of successors.keys()) {
    if (order.has(root)) continue;
    const work: { readonly name: string; readonly ahead: Iterator<string> }[] = [];
    const enter = (name: string): void => {
      order.set(name, order.size);
      low.set(name, order.get(name)!);
      open.push(name);
      work.push({ name, ahead: successors.get(name)!.values() });
    };
    enter(root);
    while (work.length > 0) {
      const top = work.at(-1)!;
      const { done, value: successor } = top.ahead.next();
      if (done !== true) {
        // Rules may name chains that there are none of.
        if (!successors.has(successor)) continue;
        if (!order.has(successor)) enter(successor);
        else if (!component.has(successor)) low.set(top.name, Math.min(low.get(top.name)!, order.get(successor)!));
        continue;
      }
      work.pop();
      if (component.size % AT_ONCE === AT_ONCE - 1) yield undefined;
      const parent = work.at(-1);
      if (parent !== undefined) low.set(parent.name, Math.min(low.get(parent.name)!, low.get(top.name)!));
      if (low.get(top.name) === order.get(top.name)) close(top.name, open, component);
    }
  }
  return component;
}

/** Takes a finished component off the stack of open chains. */
function close(root: string, open: string[], component: Map<string, number>): void {
  const id = component.size;
  for (;;) {
    const name = open.pop()!;
    component.set(name, id);
    if (name === root) return;
  }
}
