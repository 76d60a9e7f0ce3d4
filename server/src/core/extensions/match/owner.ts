import { NO_OWNER } from '../../engine/packet.ts';
import { PROTOCOL } from '../../engine/protocols.ts';
import type { Condition, Traversal } from '../../engine/traversal.ts';
import { Unknown, type Truth } from '../../engine/truth.ts';
import { ALWAYS, all, both, either, exactly, negatedIf, SOMETIMES, type Bounds } from '../../sets/bounds.ts';
import type { PacketSet } from '../../sets/diagram.ts';
import type { PacketSpace } from '../../sets/space.ts';
import { identity, type Identity } from '../../values/identity.ts';
import { within } from '../../values/integer.ts';
import { defineMatch, flag, option, type BoundOption, type ExtensionUse, type OptionSpec, type Problem } from '../definition.ts';
import { decide, negate, observed } from '../shared/fields.ts';
import { optionPackets } from '../shared/packet-sets.ts';

const user = option('uid-owner', identity('user'), { negatable: true });
const group = option('gid-owner', identity('group'), { negatable: true });
const socket = flag('socket-exists', { negatable: true });
const supplementary = flag('suppl-groups');

/**
 * Whether there is a socket to look at: packets of local processes have one, and so have the kernel's own ICMP messages,
 * with no owner; REJECT's RST has none, nor what comes back to its sender as a copy. Seen in the kernel.
 */
const hasSocket = ({ packet: { path, uid, protocol }, isCopy }: Traversal): boolean => path === 'out' && !isCopy && !(uid === NO_OWNER && protocol === PROTOCOL.tcp);

/** Without a socket only negated options hold, but for a group that is looked for among all of the process's. Seen in the kernel. */
function socketCondition(bound: BoundOption<unknown>, test: (traversal: Traversal) => Truth, observe: (traversal: Traversal) => string, without: Truth = negate(bound, false)): Condition {
  return {
    source: bound.text,
    test: (traversal) => (hasSocket(traversal) ? negate(bound, test(traversal)) : without),
    observe: (traversal) => (hasSocket(traversal) ? observe(traversal) : 'the packet belongs to no socket'),
  };
}

function identityCondition(use: ExtensionUse, spec: OptionSpec<Identity>, field: 'uid' | 'gid'): Condition[] {
  const bound = use.option(spec);
  if (bound === undefined) return [];
  const wanted = bound.value;
  const what = field === 'uid' ? 'the sending user' : 'the sending group';
  const question = `${what} is ${wanted.name ?? (wanted.from === wanted.to ? String(wanted.from) : `in ${wanted.from}-${wanted.to}`)}`;
  const member = field === 'gid' && use.option(supplementary) !== undefined;
  const test = (number: number | undefined): Truth => {
    if (wanted.name !== undefined) return new Unknown(question, { field });
    const own = decide(number, () => question, (known) => within(known, wanted), member ? undefined : { field, yes: [wanted] });
    // The packet says one group; which others the process is a member of is not known.
    return member && own === false ? new Unknown('the sender is a member of the group') : own;
  };
  return [socketCondition(bound, ({ packet }) => test(packet[field]), ({ packet }) => observed(packet[field], what), member ? false : undefined)];
}

function existence(use: ExtensionUse): Condition[] {
  const bound = use.option(socket);
  return bound === undefined ? [] : [socketCondition(bound, () => true, () => 'the packet belongs to a socket')];
}

function check(use: ExtensionUse): readonly Problem[] {
  const extra = use.options.findIndex(({ spec }) => spec === supplementary);
  const named = use.options.findIndex(({ spec }) => spec === group);
  if (extra === -1 || (named !== -1 && named < extra)) return [];
  return [{ code: 'missing-option', message: '`--suppl-groups` needs `--gid-owner` before it, such as `--gid-owner 100 --suppl-groups`.', span: use.options[extra]!.span }];
}

/** The packets that name a user or group by number; of a name only the host knows the number. */
function identityPackets(use: ExtensionUse, space: PacketSpace, spec: OptionSpec<Identity>, field: 'uid' | 'gid'): Bounds {
  const bound = use.option(spec);
  if (bound === undefined) return ALWAYS;
  const withSocket = space.intersection(space.equals('socket', 1), space.equals('in', 0));
  const { from, to, name } = bound.value;
  const own = exactly(name === undefined ? space.range(field, from, to) : space.question(`${field} of ${name}`));
  const member = field === 'gid' && use.option(supplementary) !== undefined;
  const holds = both(space, exactly(withSocket), negatedIf(space, bound.negated, member ? either(space, own, SOMETIMES) : own));
  return member || !bound.negated ? holds : either(space, holds, exactly(space.complement(withSocket)));
}

function packets(use: ExtensionUse, space: PacketSpace): Bounds {
  const withSocket = (): PacketSet => space.intersection(space.equals('socket', 1), space.equals('in', 0));
  return all(space, [optionPackets(use, space, socket, withSocket), identityPackets(use, space, user, 'uid'), identityPackets(use, space, group, 'gid')]);
}

export default defineMatch({
  name: 'owner',
  families: ['ipv4', 'ipv6'],
  hooks: ['OUTPUT', 'POSTROUTING'],
  options: [socket, user, group, supplementary],
  requires: [['uid-owner', 'gid-owner', 'socket-exists']],
  check,
  conditions: (use) => [...existence(use), ...identityCondition(use, user, 'uid'), ...identityCondition(use, group, 'gid')],
  packets,
});
