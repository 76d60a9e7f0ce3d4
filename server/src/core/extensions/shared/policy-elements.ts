import type { BoundOption, ExtensionUse, OptionSpec } from '../definition.ts';

/** One transformation that the policy match asks for: its options, of which each may stand once. */
export type PolicyElement = readonly BoundOption[];

/** The elements that a use describes, parted by `next`; at least one, perhaps empty. `general` are options that belong to none. */
export function policyElements(use: ExtensionUse, next: OptionSpec, general: readonly OptionSpec[]): readonly PolicyElement[] {
  const elements: BoundOption[][] = [[]];
  for (const bound of use.options) {
    if (bound.spec === next) elements.push([]);
    else if (!general.includes(bound.spec)) elements.at(-1)!.push(bound);
  }
  return elements;
}
