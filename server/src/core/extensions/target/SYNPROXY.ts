import { TCP_FLAGS } from '../../engine/packet.ts';
import type { Effect, Traversal } from '../../engine/traversal.ts';
import { integer } from '../../values/integer.ts';
import { ok, type ValueType } from '../../values/value.ts';
import { defineTarget, flag, option } from '../definition.ts';

/** iptables reads 32 bits, of which so many are kept without a word. */
function cut(what: string, bits: number, example: string, most: number): ValueType<number> {
  const wide = integer({ what, min: 0, max: 0xffffffff, example });
  return {
    ...wide,
    parse(text, context) {
      const parsed = wide.parse(text, context);
      if (!parsed.ok) return parsed;
      const kept = parsed.value % 2 ** bits;
      if (kept !== parsed.value) return ok(kept, `\`${text}\` is too large for ${what}; iptables takes it without a word as ${kept}.`);
      return kept > most ? ok(kept, `\`${text}\` is above ${most}, the most that TCP knows for ${what}.`) : parsed;
    },
  };
}

const sack = flag('sack-perm');
const timestamp = flag('timestamp');
const wscale = option('wscale', cut('a window scale', 8, '7', 14));
const mss = option('mss', cut('an MSS', 16, '1460', 0xffff));
const ecn = flag('ecn');

const { SYN, ACK, FIN, RST, ECE, CWR } = TCP_FLAGS;
const ECN_SETUP = ECE | CWR;

/** The proxy answers what opens a connection itself, and lets everything else pass. Seen in the kernel. */
function apply({ packet: { tcpFlags } }: Traversal, knowsEcn: boolean): Effect {
  if (tcpFlags === undefined) return { kind: 'unknown', reason: 'the packet\'s flags are not given, and SYNPROXY keeps SYN and ACK packets' };
  const opening = tcpFlags & (SYN | ACK | FIN | RST);
  if (opening === SYN) return { kind: 'answer', with: 'handshake', mayAgreeOnEcn: knowsEcn && (tcpFlags & ECN_SETUP) === ECN_SETUP, reason: 'SYNPROXY answers the SYN itself; the packet goes no further' };
  if (opening === ACK) return { kind: 'drop', reason: 'SYNPROXY keeps the ACK: if it answers a cookie, the proxy opens the connection to the server by itself' };
  return { kind: 'continue' };
}

export default defineTarget({
  name: 'SYNPROXY',
  families: ['ipv4', 'ipv6'],
  terminating: false,
  hooks: ['INPUT', 'FORWARD'],
  protocols: [6],
  tracks: true,
  options: [sack, timestamp, wscale, mss, ecn],
  action(use) {
    const knowsEcn = use.option(ecn) !== undefined && use.option(timestamp) !== undefined;
    return { apply: (traversal) => apply(traversal, knowsEcn) };
  },
});
