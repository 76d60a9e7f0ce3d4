import type { Condition } from '../../engine/traversal.ts';
import { Unknown, type Truth } from '../../engine/truth.ts';
import { ALWAYS, negatedIf, NEVER, SOMETIMES, type Bounds } from '../../sets/bounds.ts';
import type { PacketSpace } from '../../sets/space.ts';
import { choice } from '../../values/choice.ts';
import { integer } from '../../values/integer.ts';
import { probability } from '../../values/probability.ts';
import { defineMatch, option, type CompileContext, type ExtensionUse, type Problem } from '../definition.ts';
import { negate } from '../shared/fields.ts';

type Mode = 'random' | 'nth';

const mode = option('mode', choice<Mode>({
  what: 'a mode of statistic', placeholder: 'random|nth',
  choices: [{ name: 'random', value: 'random', detail: 'match by chance' }, { name: 'nth', value: 'nth', detail: 'match one packet out of every so many' }],
}));
const chance = option('probability', probability, { negatable: true, conflicts: ['every', 'packet'] });
const every = option('every', integer({ what: 'a number of packets', min: 1, max: 0xffffffff, example: '3', placeholder: 'N' }), { negatable: true });
const packet = option('packet', integer({ what: 'a packet of the round', min: 0, max: 0xffffffff, example: '0', placeholder: 'P' }));

/** Probabilities are fractions of this. */
const CERTAIN = 0x80000000;

function randomCondition(use: ExtensionUse): Condition[] {
  const bound = use.option(chance);
  if (bound === undefined) return [];
  const { value } = bound;
  const decide = (): Truth => {
    if (value === 0 || value >= CERTAIN) return value !== 0;
    return new Unknown(`chance takes the packet (${Number(((value / CERTAIN) * 100).toFixed(2))} %)`);
  };
  return [{ source: bound.text, test: () => negate(bound, decide()), observe: () => 'chance did not take the packet' }];
}

/** Counts the packets that reach it; one of every `every` matches, the first of them the one numbered `--packet` from 0. */
function nthCondition(use: ExtensionUse, context: CompileContext): Condition[] {
  const bound = use.option(every);
  if (bound === undefined) return [];
  const round = bound.value;
  const start = (round - (use.option(packet)?.value ?? 0)) % round;
  const slot = context.slot(() => ({ next: start }));
  return [{
    source: [bound, use.option(packet)].flatMap((given) => (given === undefined ? [] : [given.text])).join(' '),
    test({ world }) {
      const state = world.slot(slot);
      const hit = state.next === 0;
      state.next = (state.next + 1) % round;
      return hit !== bound.negated;
    },
    observe({ world }) {
      const { next } = world.slot(slot);
      return `it was packet ${next === 0 ? round : next} of a round of ${round}, counted from the one that matches`;
    },
  }];
}

function check(use: ExtensionUse): readonly Problem[] {
  const problem = (message: string): Problem[] => [{ code: 'missing-option', message, span: use.span }];
  const chosen = use.option(mode)?.value;
  if (chosen === 'random' && use.option(chance) === undefined) return problem('`--mode random` needs `--probability`, such as `--probability 0.5`.');
  if (chosen !== 'nth') return [];
  const [count, first] = [use.option(every), use.option(packet)];
  if (count === undefined || first === undefined) return problem('`--mode nth` needs `--every` and `--packet`, such as `--every 3 --packet 0`.');
  if (first.value < count.value) return [];
  return [{ code: 'invalid-value', message: `\`${first.text}\` is beyond the round of ${count.value}; packets are numbered from 0 to ${count.value - 1}.`, span: first.span }];
}

/** Surely all packets or none where that is left neither to chance nor to a count. */
function packets(use: ExtensionUse, space: PacketSpace): Bounds {
  const [random, nth] = [use.option(chance), use.option(every)];
  if (random !== undefined && (random.value === 0 || random.value >= CERTAIN)) return negatedIf(space, random.negated, random.value === 0 ? NEVER : ALWAYS);
  return nth?.value === 1 ? negatedIf(space, nth.negated, ALWAYS) : SOMETIMES;
}

export default defineMatch({
  name: 'statistic',
  families: ['ipv4', 'ipv6'],
  options: [mode, chance, every, packet],
  requires: [['mode']],
  check,
  conditions: (use, context) => [...randomCondition(use), ...nthCondition(use, context)],
  packets,
});
