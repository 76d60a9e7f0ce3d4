import type { Effect, Traversal } from '../../engine/traversal.ts';
import { HOOKS, type Family, type Hook } from '../../netfilter.ts';
import { integer, type IntegerShape } from '../../values/integer.ts';
import type { ValueType } from '../../values/value.ts';
import { defineTarget, flag, option, type ExtensionUse } from '../definition.ts';
import { saveOption } from '../save.ts';
import { isLaterFragment } from '../shared/transport.ts';
import { rewrites } from '../shared/packet-sets.ts';

/** Bytes of the smallest IP and TCP headers together. */
const HEADERS: Readonly<Record<Family, number>> = { ipv4: 40, ipv6: 60 };

const bounded = (family: Family): IntegerShape =>
  ({ what: `an MSS for ${family === 'ipv4' ? 'IPv4' : 'IPv6'}`, min: 0, max: 0xffff + 20 - HEADERS[family], example: '1400', placeholder: 'BYTES' });
const mss: Readonly<Record<Family, ValueType<number>>> = { ipv4: integer(bounded('ipv4')), ipv6: integer(bounded('ipv6')) };

const setMss = option<number>('set-mss', { ...mss.ipv4, parse: (text, context) => mss[context.family].parse(text, context) });
const clamp = flag('clamp-mss-to-pmtu');

/** Hooks at which the way out, and so its MTU, is known. */
const ROUTED: readonly Hook[] = ['FORWARD', 'OUTPUT', 'POSTROUTING'];

/** Length of the MSS option, which the target adds to headers without one. */
const OPTION_LENGTH = 4;

/**
 * The packet goes on with the MSS lowered, which no match but `tcpmss` sees. A bare header gets the option added; where
 * there is more than that, it depends on the packet's options whether it grows. Seen in the kernel.
 */
function apply({ packet }: Traversal): Effect {
  if (packet.length !== undefined && !isLaterFragment(packet)) {
    packet.length = packet.length === HEADERS[packet.family] ? packet.length + OPTION_LENGTH : undefined;
  }
  return { kind: 'continue' };
}

/** Clamping wins over a number. */
function save(use: ExtensionUse): readonly string[] {
  const bound = use.options.find(({ spec }) => spec === clamp) ?? use.options[0];
  return bound === undefined ? [] : saveOption(use, bound);
}

export default defineTarget({
  name: 'TCPMSS',
  families: ['ipv4', 'ipv6'],
  terminating: false,
  hooksFor: (use) => (use.option(clamp) === undefined ? HOOKS : ROUTED),
  protocols: [6],
  options: [setMss, clamp],
  requires: [[setMss.name, clamp.name]],
  save,
  action: () => ({ apply }),
  result: () => rewrites({ field: 'length' }, { field: 'questions' }),
});
