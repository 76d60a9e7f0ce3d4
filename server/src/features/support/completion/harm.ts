import type { Problem } from '../../../core/extensions/definition.ts';
import type { ValueContext, ValueType } from '../../../core/values/value.ts';
import type { Site } from './site.ts';

/** What a line that is still being written may lack. */
const PENDING: ReadonlySet<string> = new Set(['missing-option', 'missing-value']);

/** Texts that most types can read as a value, for want of a better one. */
const STAND_INS = ['1', 'x', '10.0.0.1', '2001:db8::1'];

/** Tells words which iptables would refuse the line for from those that it would not. */
export class Harm {
  private readonly site: Site;
  private readonly isBroken: boolean;

  constructor(site: Site) {
    this.site = site;
    this.isBroken = site.negation === undefined && site.others.problems.some(isHarm);
  }

  /** Whether a line that is right so far is refused with the words in the place of the one under the cursor; `lead` goes before a `!`. */
  isDoneBy(words: readonly string[], lead: readonly string[] = []): boolean {
    return !this.isBroken && this.site.boundInserted(words, lead).problems.some(isHarm);
  }
}

const isHarm = ({ code, accepted }: Problem): boolean => accepted !== true && !PENDING.has(code);

const standIns = new WeakMap<ValueType<unknown>, Map<string, string | undefined>>();

/** A text that the type can read; undefined where none is known. */
export function standInFor(type: ValueType<unknown>, context: ValueContext): string | undefined {
  let known = standIns.get(type);
  if (known === undefined) standIns.set(type, known = new Map());
  const key = `${context.family} ${context.protocol ?? ''}`;
  if (!known.has(key)) known.set(key, findStandIn(type, context));
  return known.get(key);
}

function findStandIn(type: ValueType<unknown>, context: ValueContext): string | undefined {
  const first = type.complete?.(context)[0]?.text;
  return [...(first === undefined ? [] : [first]), ...STAND_INS].find((each) => type.parse(each, context).ok);
}
