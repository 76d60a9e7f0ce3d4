import type { Chain, Rule } from '../ruleset/model.ts';
import { anyOf, rewritesText, UNCHANGED, type Rewriting } from '../sets/rewriting.ts';
import type { Step } from './chain.ts';
import type { Consequence } from './target.ts';
import type { Variables } from './variables.ts';

/** The rules of one chain as sets, the same object as long as no edit changes them or where they lead. */
export class RuleSets {
  readonly rules: readonly Rule[];
  readonly steps: readonly Step[];
  /** How many of them, the last ones, stand for what its policy may be. */
  readonly policies: number;
  /** Everything that its rules may do to packets, and what of that happens to packets which then meet other rules of the table. */
  readonly rewriting: Rewriting;
  readonly rewritingOnTheWay: Rewriting;
  /** The variables that its matches look at, once somebody has found them out. */
  variables: Variables | undefined;

  constructor({ rules, policies = [] }: Chain, steps: readonly Step[]) {
    this.rules = rules;
    this.policies = policies.length;
    this.steps = steps;
    const aside = anyOf(steps.flatMap((step) => (step.aside === undefined ? [] : [step.aside.rewriting])));
    this.rewriting = anyOf(new Set([aside, ...steps.map(({ rewriting }) => rewriting)]));
    this.rewritingOnTheWay = this.rewriting === UNCHANGED ? UNCHANGED : anyOf(new Set([aside, ...steps.filter(goesOn).map(({ rewriting }) => rewriting)]));
  }

  /** Whether it was made of the rules that the chain has. */
  isOf({ rules, policies = [] }: Chain): boolean {
    return policies.length === this.policies && (rules === this.rules || (rules.length === this.rules.length && rules.every((rule, index) => isSame(rule, this.rules[index]!))));
  }

  /** Whether the rules do what the others do, whatever their text. */
  doesAs({ steps, policies }: RuleSets): boolean {
    return policies === this.policies && (steps === this.steps || (steps.length === this.steps.length && steps.every((step, index) => step === this.steps[index])));
  }
}

/** Whether two rules ask for the same and do the same, wherever they stand. */
export const isSame = (a: Rule, b: Rule): boolean => a === b || (a.bound === b.bound && a.source === b.source && a.destination === b.destination);

/** Whether two rules as sets are alike in all that matters to packets. */
export const areAlike = (a: Step, b: Step): boolean => a.match.may === b.match.may && a.match.must === b.match.must && a.killed === b.killed
  && a.aside?.packets === b.aside?.packets && a.aside?.rewriting.key === b.aside?.rewriting.key  && a.rewriting.key === b.rewriting.key && leadAlike(a.consequence, b.consequence);

function leadAlike(a: Consequence, b: Consequence): boolean {
  if (a.kind === 'chain') return b.kind === 'chain' && a.chain === b.chain && a.goto === b.goto;
  return b.kind === 'result' && a.outcomes.join() === b.outcomes.join() && rewritesText(a.rewrites) === rewritesText(b.rewrites);
}

/** Whether the rule rewrites packets that then meet other rules of the table. */
export const goesOn = ({ rewriting, consequence }: Step): boolean => rewriting !== UNCHANGED && consequence.kind === 'result' && consequence.outcomes.includes('continue');
