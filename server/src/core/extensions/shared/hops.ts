import type { Condition } from '../../engine/traversal.ts';
import type { Truth } from '../../engine/truth.ts';
import { all } from '../../sets/bounds.ts';
import { integer, within, type NumberRange } from '../../values/integer.ts';
import { conditionOf, defineMatch, option, type ExtensionUse, type MatchDefinition, type OptionSpec } from '../definition.ts';
import { decide, observed } from './fields.ts';
import { optionPackets } from './packet-sets.ts';
import type { Family } from '../../netfilter.ts';

const MOST = 255;

/** The ttl match of IPv4 and the hl match of IPv6, which differ in their names only. */
export function hopMatch(name: 'ttl' | 'hl', family: Family, aliases: readonly string[]): MatchDefinition {
  const what = name === 'ttl' ? 'a TTL' : 'a hop limit';
  const field = name === 'ttl' ? 'the TTL' : 'the hop limit';
  const value = integer({ what, min: 0, max: MOST, example: '64' });
  const names = [`${name}-eq`, `${name}-lt`, `${name}-gt`];
  const spec = (own: string, more: Partial<OptionSpec<number>> = {}): OptionSpec<number> => option(own, value, { conflicts: names.filter((each) => each !== own), ...more });
  const equal = spec(`${name}-eq`, { negatable: true, aliases });
  const less = spec(`${name}-lt`);
  const greater = spec(`${name}-gt`);
  const condition = (use: ExtensionUse, of: OptionSpec<number>, word: string, values: (wanted: number) => NumberRange): Condition[] =>
    conditionOf(use, of, (wanted, { packet }): Truth => decide(packet.ttl, () => `${field} is ${word}${wanted}`, (hops) => within(hops, values(wanted)), { field: 'ttl', yes: [values(wanted)] }), ({ packet }) => observed(packet.ttl, field));
  return defineMatch({
    name, families: [family], counterpart: family === 'ipv4' ? '-m hl' : '-m ttl', options: [equal, less, greater], requires: [names],
    conditions: (use) => [
      ...condition(use, equal, '', (wanted) => ({ from: wanted, to: wanted })),
      ...condition(use, less, 'below ', (wanted) => ({ from: 0, to: wanted - 1 })),
      ...condition(use, greater, 'above ', (wanted) => ({ from: wanted + 1, to: MOST })),
    ],
    packets: (use, space) => all(space, [
      optionPackets(use, space, equal, (wanted) => space.equals('ttl', wanted)),
      optionPackets(use, space, less, (wanted) => space.range('ttl', 0, wanted - 1)),
      optionPackets(use, space, greater, (wanted) => space.range('ttl', wanted + 1, MOST)),
    ]),
  });
}
