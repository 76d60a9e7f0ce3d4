import type { Connection } from '../../engine/conntrack/connection.ts';
import type { Condition, Traversal } from '../../engine/traversal.ts';
import { Unknown, type Truth } from '../../engine/truth.ts';
import { choice } from '../../values/choice.ts';
import { counterRange, MOST_COUNTED, type CounterRange } from '../../values/counter-range.ts';
import { defineMatch, option, type ExtensionUse, type Problem } from '../definition.ts';
import { saveOption } from '../save.ts';
import { byConnection } from '../shared/connection.ts';
import { saveGiven } from '../shared/printing.ts';

type Direction = 'original' | 'reply' | 'both';
type Mode = 'packets' | 'bytes' | 'avgpkt';

const range = option('connbytes', counterRange, { negatable: true });
const direction = option('connbytes-dir', choice<Direction>({
  what: 'a direction', placeholder: 'original|reply|both',
  choices: [
    { name: 'original', value: 'original', detail: 'from who opened the connection' }, { name: 'reply', value: 'reply', detail: 'the way back' },
    { name: 'both', value: 'both', detail: 'both ways together' },
  ],
}));
const mode = option('connbytes-mode', choice<Mode>({
  what: 'a thing to count', placeholder: 'packets|bytes|avgpkt',
  choices: [
    { name: 'packets', value: 'packets', detail: 'packets so far' }, { name: 'bytes', value: 'bytes', detail: 'bytes so far, IP headers included' },
    { name: 'avgpkt', value: 'avgpkt', detail: 'average size of a packet in bytes' },
  ],
}));

const WORDS: Readonly<Record<Mode, string>> = { packets: 'packets', bytes: 'bytes', avgpkt: 'bytes in an average packet' };

/** iptables turns a negated range round, and one of a single number turned round is the same: it is not negated. Seen in 1.8.9. */
const isNegated = ({ negated, value: { from, to } }: { readonly negated: boolean; readonly value: CounterRange }): boolean => negated && from !== to;

const shortest = ({ packet: { family } }: Traversal): number => (family === 'ipv4' ? 20 : 40);

/** The least that the kernel has counted: the packet counts itself. Undefined where nothing was counted at all. */
function least(traversal: Traversal, { replied }: Connection, way: Direction, counted: Mode): number | undefined {
  if (way === 'reply' && !replied) return undefined;
  if (counted === 'packets') return way === 'both' && replied ? 2 : 1;
  const own = way === 'both' || way === traversal.direction ? traversal.packet.length : undefined;
  return counted === 'bytes' ? own ?? shortest(traversal) : shortest(traversal);
}

function countTruth({ from, to }: CounterRange, negated: boolean, low: number | undefined, question: string): Truth {
  if (low === undefined) return (from === 0n) !== negated;
  if (from <= BigInt(low) && to === MOST_COUNTED) return !negated;
  if (to < BigInt(low)) return negated;
  return new Unknown(negated ? `not: ${question}` : question);
}

const amount = ({ from, to }: CounterRange): string => (to === MOST_COUNTED ? `at least ${from}` : `${from} to ${to}`);

function conditions(use: ExtensionUse): readonly Condition[] {
  const [bound, way, counted] = [use.option(range), use.option(direction)?.value, use.option(mode)?.value];
  if (bound === undefined || way === undefined || counted === undefined) return [];
  const where = way === 'both' ? 'both directions' : `the ${way} direction`;
  const question = `conntrack has counted ${amount(bound.value)} ${WORDS[counted]} in ${where}`;
  return [{
    source: use.options.map(({ text }) => text).join(' '),
    test: (traversal) => byConnection(traversal, false, (connection) => countTruth(bound.value, isNegated(bound), least(traversal, connection, way, counted), question)),
    observe(traversal) {
      const { connection } = traversal;
      if (connection === undefined) return 'conntrack has no entry for the packet';
      const low = least(traversal, connection, way, counted);
      return low === undefined ? 'the connection has had no reply' : `conntrack has counted at least ${low} ${WORDS[counted]} in ${where}`;
    },
  }];
}

function check(use: ExtensionUse): readonly Problem[] {
  const bound = use.option(range);
  if (bound === undefined || !bound.negated || isNegated(bound)) return [];
  return [{ code: 'unmatchable-rule', accepted: true, span: bound.span, message: `iptables loses this \`!\`: it turns a range round to negate it, and ${bound.value.from} to ${bound.value.to} turned round is the same. Negate a range of several numbers.` }];
}

function save(use: ExtensionUse): readonly string[] {
  const bound = use.option(range);
  return [...(bound === undefined ? [] : saveOption(use, { ...bound, negated: isNegated(bound) })), ...saveGiven(use, mode, direction)];
}

export default defineMatch({
  name: 'connbytes',
  families: ['ipv4', 'ipv6'],
  tracks: true,
  options: [range, direction, mode],
  requires: [['connbytes'], ['connbytes-dir'], ['connbytes-mode']],
  check,
  save,
  conditions,
});
