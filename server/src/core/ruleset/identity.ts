import type { ExtensionUse } from '../extensions/definition.ts';
import type { MaskedAddress } from '../values/address.ts';
import type { BoundRule, HeaderPart, Rule, RuleTarget } from './model.ts';

/** The rules that one line makes: one for each pair of its source and destination addresses, sources outermost (seen in 1.8.9). */
export function unfold(bound: BoundRule): Rule[] {
  const sources = bound.header.source?.value ?? ANY;
  const destinations = bound.header.destination?.value ?? ANY;
  if (sources.length === 1 && destinations.length === 1) return [{ bound, source: sources[0], destination: destinations[0] }];
  return sources.flatMap((source) => destinations.map((destination) => ({ bound, source, destination })));
}

const ANY: readonly (MaskedAddress | undefined)[] = [undefined];

/** Whether two rules say the same to the kernel, however they are spelled: what `-D` and `-C` go by. */
export function sameRule(a: Rule, b: Rule): boolean {
  return a === b || ruleKey(a) === ruleKey(b);
}

function ruleKey({ bound, source, destination }: Rule): string {
  const { header } = bound;
  return JSON.stringify([
    part(header.protocol), address(header.source, source), address(header.destination, destination), part(header.in), part(header.out), part(header.fragment),
    bound.matches.filter(({ options, definition }) => options.length > 0 || !isProtocolMatch(definition.name)).map(use), target(bound.target),
  ], (_, value: unknown) => (typeof value === 'bigint' ? value.toString() : value));
}

/** `-p tcp -m tcp` without options says no more than `-p tcp`. */
const isProtocolMatch = (name: string): boolean => name === 'tcp' || name === 'udp';

const part = (given: HeaderPart<unknown> | undefined): unknown => given && [given.value, given.negated];

const address = (given: HeaderPart<unknown> | undefined, value: MaskedAddress | undefined): unknown => given && [value, given.negated];

function use({ definition, options }: ExtensionUse): unknown {
  const stated = options.map(({ spec, negated, values }) => [spec.name, negated, values] as const);
  return [definition.name, stated.sort(([a], [b]) => a.localeCompare(b))];
}

function target(given: RuleTarget | undefined): unknown {
  switch (given?.kind) {
    case 'verdict': return given.verdict;
    case 'extension': return use(given.use);
    case 'chain': return [given.chain, given.goto];
    default: return null;
  }
}
