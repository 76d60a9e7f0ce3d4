import { PROTOCOL } from '../../engine/protocols.ts';
import type { Condition, Traversal } from '../../engine/traversal.ts';
import { Unknown, type Truth } from '../../engine/truth.ts';
import { defineMatch, flag, type ExtensionUse } from '../definition.ts';
import { questionPackets } from '../shared/packet-sets.ts';

const transparent = flag('transparent');
const noWildcard = flag('nowildcard');
const restoreMark = flag('restore-skmark');

/** ICMP errors quote the packet of a socket; the kernel looks into these types. */
const ERRORS_IPV4 = [3, 4, 5, 11, 12];
const MOST_ERROR_IPV6 = 127;

/** Whether a packet of this kind can belong to a socket that the kernel looks for. */
function canHaveSocket({ packet: { family, protocol, icmpType } }: Traversal): boolean {
  if (protocol === undefined || protocol === PROTOCOL.tcp || protocol === PROTOCOL.udp) return true;
  if (protocol !== (family === 'ipv4' ? PROTOCOL.icmp : PROTOCOL.icmpv6)) return false;
  return icmpType === undefined || (family === 'ipv4' ? ERRORS_IPV4.includes(icmpType) : icmpType <= MOST_ERROR_IPV6);
}

function question(use: ExtensionUse): string {
  const kind = use.option(transparent) === undefined ? 'socket' : 'transparent socket';
  return `a ${kind} of this host takes the packet${use.option(noWildcard) === undefined ? ' at an address of its own' : ''}`;
}

const restores = (use: ExtensionUse): boolean => use.option(restoreMark) !== undefined;

function condition(use: ExtensionUse): Condition {
  const asked = new Unknown(question(use));
  return {
    source: ['-m socket', ...use.options.map(({ text }) => text)].join(' '),
    test: (traversal): Truth => (canHaveSocket(traversal) ? asked : false),
    observe: (traversal) => (canHaveSocket(traversal) ? 'the sockets of the host are open' : 'the kernel looks for sockets of TCP and UDP only'),
    // The mark of a socket is as open as the socket; the packet gets it before the rest of the rule is looked at. Seen in the kernel.
    ...(restores(use) ? { rewrite: (packet) => { packet.mark = undefined; } } : {}),
  };
}

export default defineMatch({
  name: 'socket',
  families: ['ipv4', 'ipv6'],
  hooks: ['PREROUTING', 'INPUT'],
  options: [transparent, noWildcard, restoreMark],
  conditions: (use) => [condition(use)],
  packets: questionPackets(),
  rewrites: (use) => (restores(use) ? [{ field: 'mark' }, { field: 'questions' }] : []),
});
