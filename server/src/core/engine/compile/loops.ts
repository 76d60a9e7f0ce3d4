import type { Rule, Table } from '../../ruleset/model.ts';

const known = new WeakMap<Table, ReadonlySet<Rule>>();

/**
 * The rules whose jump or goto leads back to their own chain, directly or through others. The kernel refuses a table
 * in which a packet could get into such a circle.
 */
export function loopingJumps(table: Table): ReadonlySet<Rule> {
  let looping = known.get(table);
  if (looping === undefined) known.set(table, looping = findLooping(table));
  return looping;
}

function findLooping(table: Table): ReadonlySet<Rule> {
  const component = components(table);
  const looping = new Set<Rule>();
  for (const chain of table.chains.values()) {
    for (const rule of chain.rules) {
      const to = leadsTo(rule);
      if (to === undefined) continue;
      if (to === chain.name || (component.get(to) !== undefined && component.get(to) === component.get(chain.name))) looping.add(rule);
    }
  }
  return looping;
}

function leadsTo({ bound }: Rule): string | undefined {
  return bound.target?.kind === 'chain' ? bound.target.chain : undefined;
}

/** Tarjan's strongly connected components, without recursion so that long rows of chains are no trouble. */
function components(table: Table): ReadonlyMap<string, number> {
  const successors = new Map([...table.chains.values()].map((chain) => [
    chain.name, [...new Set(chain.rules.flatMap((rule) => leadsTo(rule) ?? []))].filter((name) => table.chains.has(name)),
  ]));
  const component = new Map<string, number>();
  const order = new Map<string, number>();
  const low = new Map<string, number>();
  const open: string[] = [];
  for (const root of successors.keys()) {
    if (order.has(root)) continue;
    const work: { readonly name: string; next: number }[] = [];
    const enter = (name: string): void => {
      order.set(name, order.size);
      low.set(name, order.get(name)!);
      open.push(name);
      work.push({ name, next: 0 });
    };
    enter(root);
    while (work.length > 0) {
      const top = work.at(-1)!;
      const successor = successors.get(top.name)![top.next++];
      if (successor !== undefined) {
        if (!order.has(successor)) enter(successor);
        else if (!component.has(successor)) low.set(top.name, Math.min(low.get(top.name)!, order.get(successor)!));
        continue;
      }
      work.pop();
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
