import type { Effect, Traversal } from '../../engine/traversal.ts';
import { HOOKS, TABLE_NAMES, type Hook } from '../../netfilter.ts';
import { integer } from '../../values/integer.ts';
import { setEnds, type SetEnd } from '../../values/set-sides.ts';
import { defineTarget, flag, option, type BoundOption, type ExtensionUse, type OptionSpec, type Problem } from '../definition.ts';
import { saveOption } from '../save.ts';
import { changeSet } from '../shared/ipset-edits.ts';
import { isInSet } from '../shared/ipset-lookup.ts';
import { ipset, ipsetName } from '../shared/ipset-name.ts';
import { rewrites } from '../shared/packet-sets.ts';

const operation = (name: string): OptionSpec<string> => ({ name, values: [ipsetName, setEnds], forgetsNegation: true, external: ipset });
const more = { forgetsNegation: true, repeatable: true };

const add = operation('add-set');
const del = operation('del-set');
const map = operation('map-set');
const exist = flag('exist', more);
const timeout = option('timeout', integer({ what: 'a timeout', min: 0, max: 0xfffffffe, example: '300', placeholder: 'SECONDS' }), more);
const mapMark = flag('map-mark', more);
const mapPrio = flag('map-prio', more);
const mapQueue = flag('map-queue', more);

/** Each option that only has a meaning beside another one. */
const MEANT_FOR: readonly (readonly [OptionSpec, OptionSpec])[] = [[exist, add], [timeout, add], [mapMark, map], [mapPrio, map], [mapQueue, map]];

/** Hooks whose packets have a place in a queue to be sent from. */
const SENDING: readonly Hook[] = ['FORWARD', 'OUTPUT', 'POSTROUTING'];

const has = (use: ExtensionUse, spec: OptionSpec): boolean => use.options.some((bound) => bound.spec === spec);

function check(use: ExtensionUse): readonly Problem[] {
  const problems: Problem[] = [];
  for (const [spec, owner] of MEANT_FOR) {
    const bound = use.option(spec);
    if (bound !== undefined && !has(use, owner)) problems.push({ code: 'missing-option', message: `\`--${spec.name}\` goes with \`--${owner.name}\` only.`, span: bound.span });
  }
  const mapped = use.option(map);
  if (mapped !== undefined && ![mapMark, mapPrio, mapQueue].some((spec) => has(use, spec))) {
    problems.push({ code: 'missing-option', message: '`--map-set` needs `--map-mark`, `--map-prio` or `--map-queue`.', span: mapped.span });
  }
  return problems;
}

/** Each option once, the last value of those that may be repeated. */
function save(use: ExtensionUse): readonly string[] {
  return [add, exist, timeout, del, map, mapMark, mapPrio, mapQueue].flatMap((spec: OptionSpec) => {
    const bound = use.options.filter((each) => each.spec === spec).at(-1);
    return bound === undefined ? [] : saveOption(use, bound);
  });
}

const nameOf = ({ value }: BoundOption<string>): string => value;
const endsOf = ({ values }: BoundOption<string>): readonly SetEnd[] => values[1] as readonly SetEnd[];

/** The seconds of the last `--timeout`. */
const timeoutOf = (use: ExtensionUse): number | undefined => use.options.filter(({ spec }) => spec === timeout).at(-1)?.value as number | undefined;

/** Additions and deletions are seen by `-m set`; a mapped mark is known only for packets that are not in the set. Seen in the kernel. */
function apply(use: ExtensionUse, traversal: Traversal): Effect {
  const [added, deleted, mapped] = [use.option(add), use.option(del), use.option(map)];
  if (added !== undefined) changeSet(traversal, nameOf(added), endsOf(added), { kind: 'add', exist: has(use, exist), timeout: timeoutOf(use) });
  if (deleted !== undefined) changeSet(traversal, nameOf(deleted), endsOf(deleted), { kind: 'delete' });
  if (mapped !== undefined && has(use, mapMark) && isInSet(traversal, nameOf(mapped), endsOf(mapped), {}) !== false) traversal.packet.mark = undefined;
  return { kind: 'continue' };
}

export default defineTarget({
  name: 'SET',
  families: ['ipv4', 'ipv6'],
  terminating: false,
  tablesFor: (use) => ([map, mapMark, mapPrio, mapQueue].some((spec: OptionSpec) => has(use, spec)) ? ['mangle'] : TABLE_NAMES),
  hooksFor: (use) => (has(use, mapPrio) || has(use, mapQueue) ? SENDING : HOOKS),
  options: [add, del, map, exist, timeout, mapMark, mapPrio, mapQueue],
  requires: [[add.name, del.name, map.name]],
  check,
  save,
  action: (use) => ({ apply: (traversal) => apply(use, traversal) }),
  result: (use) => (has(use, map) ? rewrites({ field: 'mark' }, { field: 'questions' }) : rewrites({ field: 'questions' })),
});
