import type { Condition } from '../../engine/traversal.ts';
import { and, Unknown, type Truth } from '../../engine/truth.ts';
import { SOMETIMES, type Bounds } from '../../sets/bounds.ts';
import type { PacketSpace } from '../../sets/space.ts';
import { readBigInteger } from '../../values/integer.ts';
import { setEnds } from '../../values/set-sides.ts';
import { fail, ok, shown, type ValueType } from '../../values/value.ts';
import { defineMatch, flag, option, type BoundOption, type ExtensionUse, type OptionSpec } from '../definition.ts';
import { saveOption } from '../save.ts';
import { isInSet, type SetLookup } from '../shared/ipset-lookup.ts';
import { ipset, ipsetName } from '../shared/ipset-name.ts';
import type { Counters, SetSide } from '../shared/ipset.ts';
import { negate } from '../shared/fields.ts';
import { questionPackets } from '../shared/packet-sets.ts';

/** A counter of a member, which has 64 bits. */
const counter: ValueType<string> = {
  placeholder: 'NUMBER',
  parse(given) {
    const value = readBigInteger(given);
    return value === undefined || value >= 2n ** 64n ? fail(`${shown(given)} is not a count: write a number from 0 to 18446744073709551615.`) : ok(String(value));
  },
  print: (value) => value,
};

const matchSet: OptionSpec<string> = {
  name: 'match-set', deprecated: { set: 'match-set' }, negatable: true, values: [ipsetName, setEnds], external: ipset,
};
const returnNomatch = flag('return-nomatch', { repeatable: true });
const updateCounters = flag('update-counters', { negatable: true, repeatable: true });
const updateSubcounters = flag('update-subcounters', { negatable: true, repeatable: true });

const COMPARISONS = ['eq', 'lt', 'gt'] as const;
const counterOptions = (['packets', 'bytes'] as const).flatMap((kind) => COMPARISONS.map((comparison) =>
  option(`${kind}-${comparison}`, counter, { negatable: comparison === 'eq', conflicts: COMPARISONS.filter((other) => other !== comparison).map((other) => `${kind}-${other}`) })));

const COUNTERS = { eq: 'equal to', lt: 'below', gt: 'above' } as const;

const compared = { eq: (a: bigint, b: bigint) => a === b, lt: (a: bigint, b: bigint) => a < b, gt: (a: bigint, b: bigint) => a > b } as const;

/** Whether a counter is what one option asks for. */
function compareOne({ spec, value, negated }: BoundOption<string>, counters: Counters): Truth {
  const [kind, comparison] = spec.name.split('-') as ['packets' | 'bytes', keyof typeof COUNTERS];
  const counter = counters[kind];
  if (counter === undefined) return new Unknown(`the member's counter of ${kind} is ${negated ? 'not ' : ''}${COUNTERS[comparison]} ${value}`);
  return compared[comparison](counter, BigInt(value)) !== negated;
}

/** The flag with its `!`: once is enough, whatever stands before or behind it. Seen in 1.8.9. */
const negationOf = ({ options }: ExtensionUse, flagSpec: OptionSpec): BoundOption | undefined => options.find(({ spec, negated }) => spec === flagSpec && negated);

function lookupOf(use: ExtensionUse): SetLookup {
  const asked = counterOptions.map((spec) => use.option(spec)).filter((bound) => bound !== undefined);
  return {
    wantsExceptions: use.option(returnNomatch) !== undefined,
    leavesCounters: negationOf(use, updateCounters) !== undefined, leavesSubcounters: negationOf(use, updateSubcounters) !== undefined,
    ...(asked.length === 0 ? {} : { compare: (counters: Counters) => asked.reduce<Truth>((so, bound) => and(so, compareOne(bound, counters)), true) }),
  };
}

function conditions(use: ExtensionUse): readonly Condition[] {
  const bound = use.option(matchSet);
  if (bound === undefined) return [];
  const [name, chosen] = bound.values as [string, readonly SetSide[]];
  const lookup = lookupOf(use);
  return [{
    source: use.options.map(({ text: written }) => written).join(' '),
    test: (traversal) => negate(bound, isInSet(traversal, name, chosen, lookup)),
    observe: ({ host }) => (host.ipsets?.has(name) === true ? `the packet is ${bound.negated ? '' : 'not '}in the set \`${name}\`` : `the set \`${name}\` is not known`),
  }];
}

/** Updating counters is the default, so that only the negations are printed. */
function save(use: ExtensionUse): readonly string[] {
  return [matchSet, returnNomatch, updateCounters, updateSubcounters, ...counterOptions].flatMap((spec: OptionSpec) => {
    const bound = spec === updateCounters || spec === updateSubcounters ? negationOf(use, spec) : use.option(spec);
    return bound === undefined ? [] : saveOption(use, bound);
  });
}

/** Membership is a question about the packet, as long as no counters are asked for, which other packets count up. */
function packets(use: ExtensionUse, space: PacketSpace): Bounds {
  return counterOptions.some((spec) => use.option(spec) !== undefined) ? SOMETIMES : questionPackets(matchSet)(use, space);
}

export default defineMatch({
  name: 'set',
  families: ['ipv4', 'ipv6'],
  options: [matchSet, returnNomatch, updateCounters, updateSubcounters, ...counterOptions],
  requires: [['match-set']],
  save,
  conditions,
  packets,
});
