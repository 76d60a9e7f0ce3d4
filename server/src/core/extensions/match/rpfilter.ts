import { kindOf } from '../../engine/address.ts';
import type { Address } from '../../engine/packet.ts';
import { isBroadcast, isLocal, routeTo } from '../../engine/routing.ts';
import type { Condition, Traversal } from '../../engine/traversal.ts';
import { Unknown, type Truth } from '../../engine/truth.ts';
import { defineMatch, flag, negation, type ExtensionUse } from '../definition.ts';
import { questionPackets } from '../shared/packet-sets.ts';

const loose = flag('loose');
const validMark = flag('validmark');
const acceptLocal = flag('accept-local');
const invert = flag('invert');

/** What the options ask of the way back. */
interface Asked {
  readonly loose: boolean;
  readonly validMark: boolean;
  readonly acceptLocal: boolean;
}

const QUESTION = new Unknown('the way back to the sender is the interface that the packet came in by');

/** Whether a reply to the packet's source would leave by the interface that the packet came in by. */
function passes(traversal: Traversal, asked: Asked): Truth {
  const { packet: { source, mark }, inInterface, isCopy, host } = traversal;
  if (inInterface === 'lo' || isCopy) return true;
  if (source === undefined || inInterface === undefined) return QUESTION;
  if (typeof source === 'bigint' && kindOf(source) === 'unspecified') return true;
  // A mark may choose another routing table, and a link-local or multicast source is routed by other rules.
  if ((asked.validMark && mark !== 0 && host.rules === undefined) || !isOrdinary(source)) return QUESTION;
  const local = isLocal(host, source);
  if (local === true) return asked.acceptLocal ? QUESTION : false;
  if (local === undefined || host.routes === undefined) return QUESTION;
  return isBroadcast(host, source) === true ? false : leadsBack(traversal, source, inInterface, asked);
}

/** Whether the host's routes lead back to another host by the interface that the packet came in by, or at all. */
function leadsBack({ packet: { destination, mark }, host }: Traversal, source: Address, inInterface: string, asked: Asked): Truth {
  // IPv6 asks for the very interface, unless any will do. Seen in the kernel.
  const rather = typeof source === 'bigint' && !asked.loose ? inInterface : undefined;
  const route = routeTo(host, { to: source, from: destination, arrived: 'lo', mark: asked.validMark ? mark : 0, rather });
  if (route === undefined) return QUESTION;
  if (typeof route === 'object' && route.delivers === true) return asked.acceptLocal ? QUESTION : false;
  return typeof route === 'object' && (asked.loose || route.device === inInterface);
}

const LINK_LOCAL = 0xfe80n >> 6n;

function isOrdinary(source: number | bigint): boolean {
  return kindOf(source) === 'unicast' && (typeof source === 'number' || source >> 118n !== LINK_LOCAL);
}

function conditions(use: ExtensionUse): readonly Condition[] {
  const asked: Asked = { loose: use.option(loose) !== undefined, validMark: use.option(validMark) !== undefined, acceptLocal: use.option(acceptLocal) !== undefined };
  const inverted = use.option(invert) !== undefined;
  return [{
    source: ['-m rpfilter', ...use.options.map(({ text }) => text)].join(' '),
    test: (traversal) => (inverted ? negation(passes(traversal, asked)) : passes(traversal, asked)),
    observe(traversal) {
      const truth = passes(traversal, asked);
      if (truth instanceof Unknown) return 'the way back to the sender is open';
      return truth ? 'the packet came in by the way back to its sender' : 'the packet did not come in by the way back to its sender';
    },
  }];
}

export default defineMatch({
  name: 'rpfilter',
  families: ['ipv4', 'ipv6'],
  tables: ['raw', 'mangle'],
  hooks: ['PREROUTING'],
  options: [loose, validMark, acceptLocal, invert],
  conditions,
  packets: questionPackets(),
});
