import type { ExtensionUse, OptionSpec } from '../../core/extensions/definition.ts';
import type { BoundRule, Token } from '../../core/ruleset/model.ts';
import { usesOf } from '../../core/ruleset/uses.ts';

/** The use and the option that a token speaks of; of an extension that is loaded twice, the later use. */
export function optionOf(bound: BoundRule, { extension, option }: Token): { readonly use: ExtensionUse; readonly spec: OptionSpec } | undefined {
  const use = usesOf(bound).findLast(({ definition }) => definition.name === extension);
  const spec = use?.definition.options.find(({ name }) => name === option);
  return use && spec && { use, spec };
}
