import type { PacketSet } from '../sets/diagram.ts';
import { NONE } from '../sets/diagram.ts';
import type { View } from './chain.ts';
import type { TableAnalysis } from './table.ts';

/** A way from a hook to a chain. */
export interface Route {
  readonly chain: string;
  /** Packets that its jumps may let through, told by what they were at the hook; rules between them are not looked at. */
  readonly may: PacketSet;
  /** The jump into the chain, and the way to the chain that it stands in; undefined at the hook. */
  readonly from: { readonly route: Route; readonly index: number } | undefined;
}

/** A part of a way: the rules of a chain before a place. */
export interface Stretch {
  readonly chain: string;
  readonly to: number;
}

/** The stretches of a way to a rule, from the hook on. */
export function stretchesOf(route: Route, index: number): readonly Stretch[] {
  const stretches: Stretch[] = [{ chain: route.chain, to: index }];
  for (let { from } = route; from !== undefined; from = from.route.from) stretches.push({ chain: from.route.chain, to: from.index });
  return stretches.reverse();
}

/** The ways to each chain, found one after another as they are asked for. */
export class Routes {
  private readonly analysis: TableAnalysis;
  private readonly view: View;
  private readonly found = new Map<string, { readonly routes: Route[]; readonly more: Generator<Route, void> }>();

  constructor(analysis: TableAnalysis, view: View) {
    this.analysis = analysis;
    this.view = view;
  }

  /** The ways to the chain by which packets may come. */
  *to(chain: string): Generator<Route, void> {
    let known = this.found.get(chain);
    if (known === undefined) this.found.set(chain, known = { routes: [], more: this.search(chain) });
    const { routes, more } = known;
    for (let index = 0; ; index++) {
      if (index === routes.length) {
        const next = more.next();
        if (next.done === true) return;
        routes.push(next.value);
      }
      yield routes[index]!;
    }
  }

  private *search(chain: string): Generator<Route, void> {
    const { analysis } = this;
    const hook = analysis.hookOf(chain);
    if (hook !== undefined) yield { chain, may: analysis.arriving(hook), from: undefined };
    for (const site of analysis.callSites(chain)) {
      const jump = analysis.chain(site.chain).steps[site.index]![this.view];
      for (const route of this.to(site.chain)) {
        const may = analysis.space.lasting(analysis.space.intersection(route.may, jump.may));
        if (may !== NONE) yield { chain, may, from: { route, index: site.index } };
      }
    }
  }
}
