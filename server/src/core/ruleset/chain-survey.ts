import type { ExtensionUse } from '../extensions/definition.ts';
import type { BoundRule, Chain } from './model.ts';

/** An extension as one rule uses it. */
export interface RuleUse {
  readonly bound: BoundRule;
  readonly use: ExtensionUse;
}

/** What checks of whole tables ask of the rules of one chain. */
export class ChainSurvey {
  private static readonly known = new WeakMap<Chain, ChainSurvey>();
  /** The chains that are named after `-j` or `-g`, in order; not all of them need exist. */
  readonly jumps: ReadonlySet<string>;
  /** Rules that ask for an interface or use what not every hook takes. */
  readonly hookDependent: readonly BoundRule[];
  /** Uses of extensions that name something which other rules, or other programs, know as well. */
  readonly naming: readonly RuleUse[];

  private constructor({ rules }: Chain) {
    const jumps = new Set<string>();
    const hookDependent: BoundRule[] = [];
    const naming: RuleUse[] = [];
    let last: BoundRule | undefined;
    for (const { bound } of rules) {
      // A list of addresses makes several rules of one line.
      if (bound === last) continue;
      last = bound;
      const { header, matches, target } = bound;
      if (target?.kind === 'chain') jumps.add(target.chain);
      const aim = target?.kind === 'extension' ? target.use : undefined;
      for (const use of matches) if (namesSomething(use)) naming.push({ bound, use });
      if (aim !== undefined && namesSomething(aim)) naming.push({ bound, use: aim });
      if (header.in !== undefined || header.out !== undefined || matches.some(isChoosy) || (aim !== undefined && isChoosy(aim))) hookDependent.push(bound);
    }
    this.jumps = jumps;
    this.hookDependent = hookDependent;
    this.naming = naming;
  }

  /** The survey of a chain of a finished ruleset, made once: such chains do not change. */
  static of(chain: Chain): ChainSurvey {
    let survey = this.known.get(chain);
    if (survey === undefined) this.known.set(chain, survey = new ChainSurvey(chain));
    return survey;
  }
}

const isChoosy = ({ definition }: ExtensionUse): boolean => definition.hooks !== undefined || definition.hooksFor !== undefined;

const namesSomething = ({ definition, options }: ExtensionUse): boolean =>
  definition.shared !== undefined || options.some(({ spec }) => spec.external !== undefined || spec.makes !== undefined);
