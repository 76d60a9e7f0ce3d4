import type { Connection, Counted } from '../../engine/conntrack/connection.ts';
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

/** What the kernel has counted, or the least that it can have where that is not known. */
interface Count {
  readonly least: number;
  readonly isExact: boolean;
}

/** What has passed in one direction or both; undefined where the connection is older than what is known. */
function passed({ counted }: Connection, way: Direction): Counted | undefined {
  if (counted === undefined || way !== 'both') return counted?.[way as 'original' | 'reply'];
  const { original, reply } = counted;
  return { packets: original.packets + reply.packets, bytes: original.bytes === undefined || reply.bytes === undefined ? undefined : original.bytes + reply.bytes };
}

function countOf(traversal: Traversal, connection: Connection, way: Direction, mode: Mode): Count {
  const sum = passed(connection, way);
  if (sum === undefined) return { least: leastOfOlder(traversal, connection, way, mode), isExact: false };
  if (mode === 'packets' || sum.packets === 0) return { least: sum.packets, isExact: true };
  if (sum.bytes === undefined) return { least: shortest(traversal) * (mode === 'bytes' ? sum.packets : 1), isExact: false };
  return { least: mode === 'bytes' ? sum.bytes : Math.floor(sum.bytes / sum.packets), isExact: true };
}

const shortest = ({ packet: { family } }: Traversal): number => (family === 'ipv4' ? 20 : 40);

/** The packet counts itself, and an answered connection has had a packet each way. */
function leastOfOlder(traversal: Traversal, { replied }: Connection, way: Direction, mode: Mode): number {
  if (way === 'reply' && !replied) return 0;
  if (mode === 'packets') return way === 'both' && replied ? 2 : 1;
  const own = way === 'both' || way === traversal.direction ? traversal.packet.length : undefined;
  return mode === 'bytes' ? own ?? shortest(traversal) : shortest(traversal);
}

function countTruth({ from, to }: CounterRange, negated: boolean, { least, isExact }: Count, question: string): Truth {
  if (isExact || BigInt(least) > to) return (from <= BigInt(least) && BigInt(least) <= to) !== negated;
  if (from <= BigInt(least) && to === MOST_COUNTED) return !negated;
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
    test: (traversal) => byConnection(traversal, false, (connection) => !connection.isTemplate && countTruth(bound.value, isNegated(bound), countOf(traversal, connection, way, counted), question)),
    observe(traversal) {
      const { connection } = traversal;
      if (connection === undefined) return 'conntrack has no entry for the packet';
      const { least, isExact } = countOf(traversal, connection, way, counted);
      return `conntrack has counted ${isExact ? '' : 'at least '}${least} ${WORDS[counted]} in ${where}`;
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
