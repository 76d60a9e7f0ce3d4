import type { BoundOption, ExtensionUse } from './definition.ts';

/** A use as iptables-save prints it: `-m tcp --dport 22`, `-j LOG --log-prefix x`. Two uses print alike exactly when they mean the same to the kernel. */
export function saveUse(use: ExtensionUse): string {
  const { definition } = use;
  return [definition.kind === 'match' ? '-m' : '-j', definition.name, ...saveOptions(use)].join(' ');
}

/** The options of a use as iptables-save prints them, a word each. */
export function saveOptions(use: ExtensionUse): readonly string[] {
  const { definition, options } = use;
  return definition.save?.(use) ?? definition.options.flatMap((spec) => options.filter((bound) => bound.spec === spec)).flatMap((bound) => saveOption(use, bound));
}

/** One given option as iptables-save prints it, a word each. */
export function saveOption(use: ExtensionUse, bound: BoundOption): string[] {
  const { spec, negated, values } = bound;
  const context = { family: use.family, protocol: use.protocol?.number };
  const printed = spec.values.flatMap((type, index) => (values[index] === undefined ? [] : [type.print(values[index], context)]));
  return [...(negated ? ['!'] : []), `--${spec.saved ?? spec.name}`, ...printed];
}
