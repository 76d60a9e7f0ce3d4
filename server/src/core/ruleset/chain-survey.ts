import type { ExtensionDefinition, ExtensionUse } from '../extensions/definition.ts';
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
  /** Rules that ask for an interface. */
  readonly interfaced: readonly BoundRule[];
  /** Uses of extensions that not every hook takes. */
  readonly choosy: readonly RuleUse[];
  /** Uses of extensions that name something which other rules, or other programs, know as well. */
  readonly naming: readonly RuleUse[];

  private constructor({ rules }: Chain) {
    const jumps = new Set<string>();
    const interfaced: BoundRule[] = [];
    const choosy: RuleUse[] = [];
    const naming: RuleUse[] = [];
    let last: BoundRule | undefined;
    for (const { bound } of rules) {
      // A list of addresses makes several rules of one line.
      if (bound === last) continue;
      last = bound;
      const { header, matches, target } = bound;
      if (target?.kind === 'chain') jumps.add(target.chain);
      const aim = target?.kind === 'extension' ? target.use : undefined;
      if (header.in !== undefined || header.out !== undefined) interfaced.push(bound);
      for (const use of aim === undefined ? matches : [...matches, aim]) {
        const { choosy: isChoosy, naming: mayName } = traitsOf(use.definition);
        if (isChoosy) choosy.push({ bound, use });
        if (mayName && namesSomething(use)) naming.push({ bound, use });
      }
    }
    this.jumps = jumps;
    this.interfaced = interfaced;
    this.choosy = choosy;
    this.naming = naming;
  }

  /** The survey of a chain of a finished ruleset, made once: such chains do not change. */
  static of(chain: Chain): ChainSurvey {
    let survey = this.known.get(chain);
    if (survey === undefined) this.known.set(chain, survey = new ChainSurvey(chain));
    return survey;
  }
}

/** What every use of an extension has in common. */
interface Traits {
  /** Whether not every hook takes it. */
  readonly choosy: boolean;
  /** Whether it can name something. */
  readonly naming: boolean;
}

/** Thousands of rules use few extensions. */
const traits = new Map<ExtensionDefinition, Traits>();

function traitsOf(definition: ExtensionDefinition): Traits {
  let known = traits.get(definition);
  if (known === undefined) {
    const { hooks, hooksFor, shared, options } = definition;
    known = { choosy: hooks !== undefined || hooksFor !== undefined, naming: shared !== undefined || options.some(({ external, makes }) => external !== undefined || makes !== undefined) };
    traits.set(definition, known);
  }
  return known;
}

const namesSomething = ({ definition, options }: ExtensionUse): boolean =>
  definition.shared !== undefined || options.some(({ spec }) => spec.external !== undefined || spec.makes !== undefined);
