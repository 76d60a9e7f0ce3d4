import type { Zones } from '../../engine/conntrack/connection.ts';
import { templateConnection } from '../../engine/conntrack/table.ts';
import type { Effect, Traversal } from '../../engine/traversal.ts';
import { choiceList } from '../../values/choice.ts';
import { conntrackHelper, findHelper } from '../../values/conntrack-helper.ts';
import { conntrackZone, type ConntrackZone } from '../../values/conntrack-zone.ts';
import { text } from '../../values/text.ts';
import { defineTarget, flag, option, type CompileContext, type ExtensionUse, type Problem } from '../definition.ts';
import { saveOption } from '../save.ts';
import { PASSES, rewrites, UNTRACKS } from '../shared/packet-sets.ts';

const EVENTS = [
  { name: 'new', detail: 'a connection begins' },
  { name: 'related', detail: 'an expected connection begins' },
  { name: 'destroy', detail: 'a connection ends' },
  { name: 'reply', detail: 'the first answer' },
  { name: 'assured', detail: 'the connection is assured' },
  { name: 'protoinfo', detail: 'the state of the protocol changes' },
  { name: 'helper', detail: 'a helper is attached' },
  { name: 'mark', detail: 'the connection\'s mark changes' },
  { name: 'natseqinfo', detail: 'NAT shifts sequence numbers' },
  { name: 'secmark', detail: 'the security mark changes' },
].map((event) => ({ ...event, value: event.name }));

const notrack = flag('notrack');
const helper = option('helper', conntrackHelper);
const timeout = option('timeout', text({ what: 'the name of a timeout policy', placeholder: 'NAME', max: 31, quoted: false }), { external: { what: 'timeout policy', made: '`nfct timeout add`' } });
const ctevents = option('ctevents', choiceList({ what: 'an event of a connection', placeholder: 'EVENT', choices: EVENTS }));
const expevents = option('expevents', choiceList({ what: 'an event of an expectation', placeholder: 'EVENT', choices: EVENTS.slice(0, 1) }));
const zone = option('zone', conntrackZone);
const zoneOrig = option('zone-orig', conntrackZone);
const zoneReply = option('zone-reply', conntrackZone);

const OPTIONS = [notrack, helper, timeout, ctevents, expevents, zone, zoneOrig, zoneReply];

/** The options share one zone: `mark` wins over numbers, the last number over others; a direction counts only when it stands alone. */
function zoneOf(use: ExtensionUse): { readonly id: ConntrackZone; readonly direction: 'original' | 'reply' | undefined } {
  const given = use.options.filter(({ spec, value }) => [zone, zoneOrig, zoneReply].some((each) => each === spec) && value !== undefined);
  const directions = new Set(given.map(({ spec }) => spec).filter((spec) => spec !== zone));
  const id = (given.some(({ value }) => value === 'mark') ? 'mark' : given.at(-1)?.value ?? 0) as ConntrackZone;
  if (directions.size !== 1) return { id, direction: undefined };
  return { id, direction: directions.has(zoneOrig) ? 'original' : 'reply' };
}

function track(use: ExtensionUse, context: CompileContext): (traversal: Traversal) => Effect {
  const { id, direction } = zoneOf(use);
  // The kernel reads a mark when conntrack sees the packet, behind all of raw. Seen in the kernel.
  const zones = (mark: number | undefined): Zones | undefined => {
    const zoneId = id !== 'mark' ? id : mark === undefined ? undefined : mark & 0xffff;
    return zoneId === undefined ? undefined : { original: direction === 'reply' ? 0 : zoneId, reply: direction === 'original' ? 0 : zoneId };
  };
  const slot = context.slot(() => templateConnection(use.family));
  const policy = use.option(timeout)?.value || undefined;
  return (traversal) => {
    traversal.track({ zones, entry: traversal.world.slot(slot), policy });
    return { kind: 'continue' };
  };
}

function untrack(traversal: Traversal): Effect {
  traversal.track({ notrack: true });
  return { kind: 'continue' };
}

const check = (use: ExtensionUse): readonly Problem[] => (use.option(notrack) === undefined ? [...checkHelper(use), ...checkTimeout(use)] : []);

const lacksProtocol = ({ protocol }: ExtensionUse): boolean => protocol === undefined || protocol.negated || protocol.number === 0;

/** A policy is made for one protocol, which the rule has to name. Seen in the kernel. */
function checkTimeout(use: ExtensionUse): readonly Problem[] {
  const bound = use.option(timeout);
  if (bound === undefined || bound.value === '' || !lacksProtocol(use)) return [];
  return [{ code: 'wrong-protocol', message: `\`--timeout ${bound.value}\` needs the protocol in the rule that the policy was made for, such as \`-p tcp\`.`, span: bound.span }];
}

/** A helper works for its own protocol alone, which the rule has to name. Seen in the kernel. */
function checkHelper(use: ExtensionUse): readonly Problem[] {
  const bound = use.option(helper);
  if (bound === undefined || bound.value === '') return [];
  const refused = (message: string): readonly Problem[] => [{ code: 'wrong-protocol', message, span: bound.span }];
  if ((bound.value as string).includes('\n')) return [{ code: 'invalid-value', message: 'The name of a helper can\'t hold a line break; write it on one line.', span: bound.span }];
  const known = findHelper(bound.value);
  if (known?.families.includes(use.family) === false) return [{ code: 'wrong-family', message: `The helper \`${known.name}\` exists for IPv4 only; leave the rule out for IPv6.`, span: bound.span }];
  const numbers: readonly number[] = (known?.protocols ?? []).map((protocol) => PROTOCOLS[protocol]);
  const example = known === undefined ? '`-p tcp` or `-p udp`' : known.protocols.map((protocol) => `\`-p ${protocol}\``).join(' or ');
  if (lacksProtocol(use)) return refused(`\`--helper ${bound.value}\` needs ${example} in the rule.`);
  if (known === undefined || numbers.includes(use.protocol!.number)) return [];
  return refused(`The helper \`${known.name}\` works with ${example} only.`);
}

const PROTOCOLS = { tcp: 6, udp: 17 } as const;

function save(use: ExtensionUse): readonly string[] {
  const stated = [notrack, helper, timeout, ctevents, expevents].flatMap((spec) =>
    use.options.filter((bound) => bound.spec === spec && bound.value !== '').flatMap((bound) => saveOption(use, bound)));
  const { id, direction } = zoneOf(use);
  const name = direction === undefined ? '--zone' : direction === 'original' ? '--zone-orig' : '--zone-reply';
  return id === 0 ? stated : [...stated, name, String(id)];
}

export default defineTarget({
  name: 'CT',
  families: ['ipv4', 'ipv6'],
  terminating: false,
  tables: ['raw'],
  tracks: (use) => use.option(notrack) === undefined,
  options: OPTIONS,
  check,
  save,
  action: (use, context) => ({ apply: use.option(notrack) === undefined ? track(use, context) : untrack }),
  result: (use) => (use.option(notrack) !== undefined ? UNTRACKS : zoneOf(use).id === 0 ? PASSES : rewrites({ field: 'state' }, { field: 'questions' })),
});
