import type { BoundOption, ExtensionUse, OptionSpec } from '../extensions/definition.ts';
import { saveOptions, saveUse } from '../extensions/save.ts';
import { MAX_PORT } from '../values/port.ts';
import type { Backend } from '../netfilter.ts';

/** The matches of a rule as iptables-save prints them, one element each. */
export function saveMatches(matches: readonly ExtensionUse[], backend: Backend): readonly string[] {
  return (backend === 'nft' ? joined(matches) : matches).map(saveUse);
}

/** A target extension as iptables-save prints it. */
export function saveTarget(use: ExtensionUse, backend: Backend): string {
  const forgotten = use.definition.kind === 'target' && backend === 'nft' ? use.definition.forgotten : undefined;
  return saveUse(forgotten === undefined ? use : withOptions(use, use.options.filter(({ spec }) => !forgotten.includes(spec.name))));
}

/** The matches as iptables-nft reads them back from the kernel: uses that it translates are one, where the first of them stood. */
function joined(matches: readonly ExtensionUse[]): readonly ExtensionUse[] {
  const kept: ExtensionUse[] = [];
  const places = new Map<string, number>();
  for (const use of matches) {
    if (!isTranslated(use)) {
      kept.push(use);
      continue;
    }
    const telling = withOptions(use, use.options.filter((bound) => tells(use, bound)).map(asReadBack));
    if (telling.options.length === 0) continue;
    const place = places.get(use.definition.name);
    if (place === undefined) places.set(use.definition.name, kept.push(telling) - 1);
    else kept[place] = withOptions(use, [...kept[place]!.options.filter((bound) => !isOverridden(bound, telling)), ...telling.options]);
  }
  return kept;
}

const isTranslated = (use: ExtensionUse): boolean => use.definition.kind === 'match' && use.definition.translated?.(use) === true;

/** Whether an option asks for anything: `--dport 0:65535` does not, and its negation becomes a verdict that is not printed. */
const tells = (use: ExtensionUse, bound: BoundOption): boolean => saveOptions(withOptions(use, [{ ...bound, negated: false }])).length > 0;

/** The kernel makes `! 0:1000` a test for what lies above (seen in 1.8.9); no other range is turned. */
function asReadBack(bound: BoundOption): BoundOption {
  const { from, to } = (bound.value ?? {}) as { from?: unknown; to?: unknown };
  if (!bound.negated || from !== 0 || typeof to !== 'number' || to === 0) return bound;
  const above = { from: to + 1, to: MAX_PORT };
  return { ...bound, negated: false, value: above, values: [above] };
}

/** Each expression is read into the same field, so the last one of a kind is printed (seen in 1.8.9). */
function isOverridden({ spec }: BoundOption, { options }: ExtensionUse): boolean {
  return options.some((later) => later.spec === spec || later.spec.conflicts?.includes(spec.name) === true || spec.conflicts?.includes(later.spec.name) === true);
}

function withOptions(use: ExtensionUse, options: readonly BoundOption[]): ExtensionUse {
  return {
    definition: use.definition, family: use.family, protocol: use.protocol, span: use.span, options,
    option: <V>(spec: OptionSpec<V>) => options.find((bound) => bound.spec === spec) as BoundOption<V> | undefined,
  };
}
