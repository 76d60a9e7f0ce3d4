import { isLaterFragment } from '../../engine/packet.ts';
import type { Effect, Traversal } from '../../engine/traversal.ts';
import { FAMILY_NAMES, HOOKS, type Family, type Hook } from '../../netfilter.ts';
import { integer, type IntegerShape } from '../../values/integer.ts';
import type { ValueType } from '../../values/value.ts';
import { defineTarget, flag, option, type ExtensionUse, type Problem } from '../definition.ts';
import { saveOption } from '../save.ts';
import { rewrites } from '../shared/packet-sets.ts';

/** Bytes of the smallest IP and TCP headers together. */
const HEADERS: Readonly<Record<Family, number>> = { ipv4: 40, ipv6: 60 };

const bounded = (family: Family): IntegerShape =>
  ({ what: `an MSS for ${FAMILY_NAMES[family]}`, min: 0, max: 0xffff + 20 - HEADERS[family], example: '1400', placeholder: 'BYTES' });
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

/** The option written last wins. Seen in iptables. */
function save(use: ExtensionUse): readonly string[] {
  const bound = use.options.at(-1);
  return bound === undefined ? [] : saveOption(use, bound);
}

const SYN = 0x02;

/** Whether the match lets through only packets with SYN set, by which iptables-legacy knows that they carry the option. */
function wantsSyn({ definition, options }: ExtensionUse): boolean {
  if (definition.name !== 'tcp') return false;
  return options.some(({ spec, negated, values }) => !negated && (spec.name === 'syn' || (spec.name === 'tcp-flags' && ((values[1] as number) & SYN) !== 0)));
}

const asksFlags = ({ definition, options }: ExtensionUse): boolean => definition.name === 'tcp' && options.some(({ spec }) => spec.name === 'syn' || spec.name === 'tcp-flags');

/** The kernel asks for SYN where iptables-legacy loads the rule. Seen in the kernel. */
function checkBeside(use: ExtensionUse, others: readonly ExtensionUse[]): readonly Problem[] {
  if (use.options.length === 0 || others.some(wantsSyn)) return [];
  const flags = '--tcp-flags SYN,RST SYN';
  const fix = { title: `Add ${flags}`, span: { start: use.span.start, end: use.span.start }, newText: `${flags} `, safe: false };
  return [{
    code: 'missing-option', accepted: true, refusedBy: 'legacy', span: use.span,
    message: `iptables-legacy refuses \`TCPMSS\` for packets without SYN, iptables-nft takes it; write \`-p tcp ${flags}\` before it.`,
    // Flags that the rule asks for already can't be asked for twice.
    ...(others.some(asksFlags) ? {} : { fix }),
  }];
}

export default defineTarget({
  name: 'TCPMSS',
  families: ['ipv4', 'ipv6'],
  terminating: false,
  hooksFor: (use) => (use.options.at(-1)?.spec === clamp ? ROUTED : HOOKS),
  protocols: [6],
  options: [setMss, clamp],
  requires: [[setMss.name, clamp.name]],
  checkBeside,
  save,
  action: () => ({ apply }),
  result: () => rewrites({ field: 'length' }, { field: 'questions' }),
});
