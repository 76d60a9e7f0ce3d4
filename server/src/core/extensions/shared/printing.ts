import type { NumberRange } from '../../values/integer.ts';
import type { ExtensionUse, OptionSpec } from '../definition.ts';
import { saveOption } from '../save.ts';

/** Those of the options that the use gives, as iptables-save prints them in this order. */
export function saveGiven(use: ExtensionUse, ...specs: readonly OptionSpec[]): readonly string[] {
  return specs.flatMap((spec) => {
    const bound = use.option(spec);
    return bound === undefined ? [] : saveOption(use, bound);
  });
}

/** A range option as iptables-save prints it: left out, even negated, where it holds every number up to `most`. */
export function saveRange(use: ExtensionUse, spec: OptionSpec<NumberRange>, most: number): readonly string[] {
  const bound = use.option(spec);
  return bound === undefined || (bound.value.from === 0 && bound.value.to === most) ? [] : saveOption(use, bound);
}
