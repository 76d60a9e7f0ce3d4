import type { ExtensionDefinition, ExtensionUse, OptionSpec } from '../extensions/definition.ts';
import type { BoundRule, Chain } from './model.ts';
import { ofTraits } from './traits.ts';
import { isChoosy, usesOf } from './uses.ts';

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
  /** Rules with extensions that not every hook takes. */
  readonly choosy: readonly BoundRule[];
  /** Uses of extensions that name something which other rules, or other programs, know as well. */
  readonly naming: readonly RuleUse[];
  /** Uses of matches that settle something together with those of other rules. */
  readonly announced: readonly RuleUse[];

  private constructor({ rules }: Chain) {
    const jumps = new Set<string>();
    const interfaced: BoundRule[] = [];
    const choosy: BoundRule[] = [];
    const naming: RuleUse[] = [];
    const announced: RuleUse[] = [];
    let last: BoundRule | undefined;
    for (const { bound } of rules) {
      // A list of addresses makes several rules of one line.
      if (bound === last) continue;
      last = bound;
      const { target } = bound;
      const traits = surveyTraits(bound);
      if (target?.kind === 'chain') jumps.add(target.chain);
      if (traits.asksInterface) interfaced.push(bound);
      if (traits.choosy) choosy.push(bound);
      if (traits.naming) for (const use of usesOf(bound)) if (namesSomething(use)) naming.push({ bound, use });
      if (traits.announced) for (const use of bound.matches) if (isAnnounced(use.definition)) announced.push({ bound, use });
    }
    this.jumps = jumps;
    this.interfaced = interfaced;
    this.choosy = choosy;
    this.naming = naming;
    this.announced = announced;
  }

  /** The survey of a chain of a finished ruleset, made once: such chains do not change. */
  static of(chain: Chain): ChainSurvey {
    let survey = this.known.get(chain);
    if (survey === undefined) this.known.set(chain, survey = new ChainSurvey(chain));
    return survey;
  }
}

/** What the rules of a shape have for a survey; thousands of rules have few shapes. */
const surveyTraits = ofTraits(({ extensions, options, asksInterface }) =>
  ({ asksInterface, choosy: extensions.some(isChoosy), naming: extensions.some(isShared) || options.some(namesOther), announced: extensions.some(isAnnounced) }));

const isAnnounced = (definition: ExtensionDefinition): boolean => definition.kind === 'match' && definition.announce !== undefined;

const isShared = ({ shared }: ExtensionDefinition): boolean => shared !== undefined;

const namesOther = ({ external, makes }: OptionSpec): boolean => external !== undefined || makes !== undefined;

const namesSomething = ({ definition, options }: ExtensionUse): boolean => isShared(definition) || options.some(({ spec }) => namesOther(spec));
