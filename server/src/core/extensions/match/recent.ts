import type { Address } from '../../engine/packet.ts';
import type { Condition, Traversal } from '../../engine/traversal.ts';
import { Unknown, type Truth } from '../../engine/truth.ts';
import { ALWAYS, NEVER, SOMETIMES, type Bounds } from '../../sets/bounds.ts';
import { allBits, masked, printBare, readResolved } from '../../values/address.ts';
import { integer } from '../../values/integer.ts';
import { text } from '../../values/text.ts';
import type { ValueType } from '../../values/value.ts';
import { defineMatch, flag, negation, option, type BoundOption, type CompileContext, type ExtensionUse, type Problem } from '../definition.ts';
import { jiffies } from '../shared/clock.ts';
import { emptyList, enter, lookup, passes, reap, ringSize, see, sightings, type RecentList } from '../shared/recent-list.ts';

const COMMANDS = ['set', 'rcheck', 'update', 'remove'] as const;
type Command = (typeof COMMANDS)[number];
const others = (name: Command): readonly string[] => COMMANDS.filter((each) => each !== name);

/** `--mask`: an address without a prefix length. */
const mask: ValueType<Address> = {
  placeholder: 'MASK',
  parse(given, { family }) {
    const parsed = readResolved(given, family);
    if (!parsed.ok) return parsed;
    const short = family === 'ipv4' && /^[0-9]{1,2}$/u.test(given) ? `\`${given}\` is read as the mask ${printBare(parsed.value.address, family)}, not as a prefix length; write it with four numbers.` : parsed.warning;
    return { ...parsed, value: parsed.value.address, ...(short === undefined ? {} : { warning: short }) };
  },
  print: (value, { family }) => printBare(value, family),
};

const unusable = (name: string): string | undefined =>
  (name === '' || name === '.' || name === '..' || name.includes('/') ? `${name === '' ? 'The name of a list can\'t be empty' : `The kernel refuses \`${name}\` as the name of a list`}: it becomes a file name; write letters, digits and \`-\`.` : undefined);

const set = flag('set', { negatable: true, conflicts: others('set') });
const rcheck = flag('rcheck', { negatable: true, conflicts: others('rcheck') });
const update = flag('update', { negatable: true, conflicts: others('update') });
const remove = flag('remove', { negatable: true, conflicts: others('remove') });
const seconds = option('seconds', integer({ what: 'a number of seconds', min: 1, max: 0xffffffff, example: '60', placeholder: 'SECONDS' }));
const reaps = flag('reap');
const hitcount = option('hitcount', integer({ what: 'a hit count', min: 0, max: 0xffff, example: '4', placeholder: 'HITS' }));
const rttl = flag('rttl', { conflicts: ['set', 'remove'] });
const name = option('name', text({ what: 'a list name', placeholder: 'NAME', max: 199, quoted: false, refuse: unusable }));
const rsource = flag('rsource');
const rdest = flag('rdest');
const listMask = option('mask', mask);

const DEFAULT_NAME = 'DEFAULT';

/** What a use says, with defaults filled in. */
interface Shape {
  readonly command: Command;
  readonly bound: BoundOption<true>;
  readonly name: string;
  readonly side: 'source' | 'destination';
  readonly mask: Address;
  readonly seconds: number | undefined;
  readonly hits: number | undefined;
  readonly withTtl: boolean;
  readonly reaps: boolean;
}

function shape(use: ExtensionUse): Shape | undefined {
  const specs = { set, rcheck, update, remove };
  const command = COMMANDS.find((each) => use.option(specs[each]) !== undefined);
  if (command === undefined) return undefined;
  const side = use.options.findLast(({ spec }) => spec === rsource || spec === rdest);
  return {
    command, bound: use.option(specs[command])!, name: use.option(name)?.value ?? DEFAULT_NAME,
    side: side?.spec === rdest ? 'destination' : 'source', mask: use.option(listMask)?.value ?? allBits(use.family),
    seconds: use.option(seconds)?.value, hits: use.option(hitcount)?.value,
    withTtl: use.option(rttl) !== undefined, reaps: use.option(reaps) !== undefined,
  };
}

/** What all rules that name a list settle together: its first rule the mask, the largest hit count the ring. */
interface ListShape {
  readonly mask: Address;
  ring: number;
}

const listShapes = new WeakMap<CompileContext, Map<string, ListShape>>();

function listShape(context: CompileContext, { name: list, mask: own, hits }: Shape): ListShape {
  let lists = listShapes.get(context);
  if (lists === undefined) listShapes.set(context, lists = new Map());
  const known = lists.get(list) ?? { mask: own, ring: 0 };
  known.ring = Math.max(known.ring, ringSize(hits));
  lists.set(list, known);
  return known;
}

/** The TTL as it was before this host took one off for forwarding. */
const ttlOf = ({ packet, hook }: Traversal): number | undefined =>
  (packet.ttl !== undefined && packet.path === 'forward' && (hook === 'FORWARD' || hook === 'POSTROUTING') ? packet.ttl + 1 : packet.ttl);

const listOf = ({ world }: Traversal, { name: list }: Shape): RecentList => world.shared('recent', list, emptyList);

/** Whether the rule holds for the packet; changes the list as the kernel would. */
function meet(traversal: Traversal, asked: Shape, { mask: bits, ring }: ListShape): Truth {
  const { command, bound: { negated } } = asked;
  const list = listOf(traversal, asked);
  const address = traversal.packet[asked.side];
  if (address === undefined) return meetOpen(list, asked);
  const key = masked(address, bits);
  const now = jiffies(traversal.world.now);
  const ttl = ttlOf(traversal);
  const entry = lookup(list, key, asked.withTtl ? ttl : undefined);
  if (entry === undefined) {
    if (command === 'set') enter(list, key, now, ttl);
    else if (list.open) return new Unknown(`the ${asked.side} is on the list ${asked.name}`);
    return (command === 'set') !== negated;
  }
  if (command === 'remove') {
    list.entries.delete(key);
    return !negated;
  }
  const holds = (command === 'set' || passes(entry, asked, now)) !== negated;
  if (asked.reaps) reap(list, asked.seconds!, now, command === 'update' && holds ? entry : undefined);
  if (command === 'set' || (command === 'update' && holds)) see(list, key, entry, now, ttl, ring);
  return holds;
}

/** The same for a packet whose address is open. */
function meetOpen(list: RecentList, { command, side, name: listName, bound: { negated } }: Shape): Truth {
  if (command === 'set') {
    list.open = true;
    return !negated;
  }
  if (list.entries.size === 0 && !list.open) return negated;
  const question = new Unknown(`the ${side} is on the list ${listName}`);
  return negated ? negation(question) : question;
}

function observe(traversal: Traversal, asked: Shape, { mask: bits }: ListShape): string {
  const address = traversal.packet[asked.side];
  if (address === undefined) return `the ${asked.side} is open`;
  const entry = lookup(listOf(traversal, asked), masked(address, bits), asked.withTtl ? ttlOf(traversal) : undefined);
  const who = `${printBare(address, traversal.packet.family)}`;
  if (entry === undefined) return `${who} is not on the list \`${asked.name}\``;
  const seen = sightings(entry, asked.seconds, jiffies(traversal.world.now));
  return `${who} was seen ${seen === 1 ? 'once' : `${seen} times`}${asked.seconds === undefined ? '' : ` in the last ${asked.seconds} s`} on the list \`${asked.name}\``;
}

function announce(use: ExtensionUse, context: CompileContext): void {
  const asked = shape(use);
  if (asked !== undefined) listShape(context, asked);
}

function conditions(use: ExtensionUse, context: CompileContext): readonly Condition[] {
  const asked = shape(use);
  if (asked === undefined) return [];
  const list = listShape(context, asked);
  return [{ source: use.options.map(({ text: written }) => written).join(' '), test: (traversal) => meet(traversal, asked, list), observe: (traversal) => observe(traversal, asked, list) }];
}

/** What the kernel refuses beside `--set` and `--remove`, and `--reap` without seconds. */
function check(use: ExtensionUse): readonly Problem[] {
  const alone = use.option(set) ?? use.option(remove);
  const timed = [use.option(seconds), use.option(hitcount)].find((bound) => bound !== undefined && bound.value !== 0);
  if (alone !== undefined && timed !== undefined) {
    return [{ code: 'conflicting-options', message: `\`--${timed.spec.name}\` can't stand beside \`--${alone.spec.name}\`, which does not look at earlier packets; it goes with \`--rcheck\` or \`--update\`.`, span: timed.span }];
  }
  const reaping = use.option(reaps);
  if (reaping !== undefined && use.option(seconds) === undefined) {
    return [{ code: 'missing-option', message: '`--reap` needs `--seconds`, such as `--seconds 60`, to tell what is old.', span: reaping.span }];
  }
  return [];
}

function save(use: ExtensionUse): readonly string[] {
  const asked = shape(use);
  if (asked === undefined) return [];
  const { command, bound, hits } = asked;
  return [
    ...(bound.negated ? ['!'] : []), `--${command}`,
    // iptables-save prints the number of seconds as a signed one.
    ...(asked.seconds === undefined ? [] : ['--seconds', String(asked.seconds | 0)]), ...(asked.reaps ? ['--reap'] : []),
    ...(hits === undefined || hits === 0 ? [] : ['--hitcount', String(hits)]), ...(asked.withTtl ? ['--rttl'] : []),
    '--name', asked.name, '--mask', printBare(asked.mask, use.family), asked.side === 'source' ? '--rsource' : '--rdest',
  ];
}

/** Every packet is put on the list, so that `--set` holds of each; who is on it otherwise is for the moment to tell. */
function packets(use: ExtensionUse): Bounds {
  const bound = use.option(set);
  if (bound === undefined) return SOMETIMES;
  return bound.negated ? NEVER : ALWAYS;
}

export default defineMatch({
  name: 'recent',
  families: ['ipv4', 'ipv6'],
  options: [set, rcheck, update, remove, seconds, reaps, hitcount, rttl, name, rsource, rdest, listMask],
  requires: [[...COMMANDS]],
  check,
  save,
  announce,
  conditions,
  packets,
});
