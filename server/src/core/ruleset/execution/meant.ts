import type { MaskedAddress } from '../../values/address.ts';
import type { BoundRule, Chain, HeaderPart, Rule, RuleHeader, RuleTarget, Token } from '../model.ts';
import type { OpenWords } from './open-words.ts';

/**
 * Which of a chain's rules a command with unknown words may mean by what it says of them: those that agree in what is
 * known. An unknown word stands for one value, and an unknown address for one that says something: nobody writes `-s` for any.
 */
export function meantRules({ rules }: Chain, bound: BoundRule, open: OpenWords): readonly Rule[] {
  if (open.isPositionOpen) return rules;
  const wanted = sayingOf(bound, (token) => open.has(token));
  return rules.filter((rule) => agree(rule, sayingOf(rule.bound, ({ text }) => rule.bound.unknownWord !== undefined && /[$`]/u.test(text)), wanted));
}

/** What a rule says, with the places where nobody knows what. */
interface Saying {
  readonly bound: BoundRule;
  /** Whether an unknown word may be anything, and not just the value of an option. */
  readonly isAnything: boolean;
  /** The options of iptables' own whose values are unknown. */
  readonly open: ReadonlySet<string>;
  readonly isMatchOpen: boolean;
  readonly isTargetOpen: boolean;
}

function sayingOf(bound: BoundRule, isOpen: (token: Token) => boolean): Saying {
  const tokens = bound.unknownWord === undefined ? [] : bound.tokens.filter(isOpen);
  return {
    bound, isAnything: tokens.some(({ role }) => role === 'unknown'),
    open: new Set(tokens.filter(({ role, extension }) => role !== 'rule-option' && extension === undefined).flatMap(({ option }) => option ?? [])),
    isMatchOpen: tokens.some(({ role }) => role === 'match-name'), isTargetOpen: tokens.some(({ role }) => role === 'target-name'),
  };
}

function agree(rule: Rule, of: Saying, wanted: Saying): boolean {
  if (of.isAnything || wanted.isAnything) return true;
  return (of.isTargetOpen || wanted.isTargetOpen || nameOf(of.bound.target) === nameOf(wanted.bound.target))
    && agreeIn('protocol', 'protocol', of, wanted, samePart) && sameMatches(of, wanted)
    && agreeIn('source', 'source', of, wanted, (a, b) => sameAddress(rule.source, a, b))
    && agreeIn('destination', 'destination', of, wanted, (a, b) => sameAddress(rule.destination, a, b))
    && agreeIn('in', 'in-interface', of, wanted, samePart) && agreeIn('out', 'out-interface', of, wanted, samePart);
}

/** Whether a part is the same in both, or may be: where it is unknown in one, the other has to say something. */
function agreeIn<K extends keyof RuleHeader>(part: K, option: string, of: Saying, wanted: Saying, same: (a: RuleHeader[K], b: RuleHeader[K]) => boolean): boolean {
  const a = of.bound.header[part];
  const b = wanted.bound.header[part];
  if (!of.open.has(option) && !wanted.open.has(option)) return same(a, b);
  return (of.open.has(option) || a !== undefined) && (wanted.open.has(option) || b !== undefined);
}

const samePart = (a: HeaderPart<string | number> | undefined, b: HeaderPart<string | number> | undefined): boolean => a?.value === b?.value && a?.negated === b?.negated;

/** Whether one of the addresses is that of the rule. */
const sameAddress = (own: MaskedAddress | undefined, a: RuleHeader['source'], b: RuleHeader['source']): boolean =>
  (a?.negated ?? false) === (b?.negated ?? false) && (b?.value ?? [undefined]).some((each) => each?.address === own?.address && each?.mask === own?.mask);

/** Whether both use the same matches, whatever they ask of them; an unknown protocol brings an unknown one. */
function sameMatches(of: Saying, wanted: Saying): boolean {
  if (of.isMatchOpen || wanted.isMatchOpen || of.open.has('protocol') || wanted.open.has('protocol')) return true;
  return matchNames(of.bound) === matchNames(wanted.bound);
}

const matchNames = ({ matches }: BoundRule): string => [...new Set(matches.map(({ definition }) => definition.name))].sort().join(' ');

const nameOf = (target: RuleTarget | undefined): string | undefined =>
  (target?.kind === 'verdict' ? target.verdict : target?.kind === 'chain' ? target.chain : target?.use.definition.name);
