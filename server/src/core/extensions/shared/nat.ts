import { PROTOCOL } from '../../engine/protocols.ts';
import type { Action, NatRange, Traversal } from '../../engine/traversal.ts';
import { Unknown } from '../../engine/truth.ts';
import type { NatTo } from '../../values/nat-range.ts';
import type { BoundOption, ExtensionUse, Problem } from '../definition.ts';

/** Protocols of which iptables takes a port in a NAT target; it also takes ICMP (not ICMPv6), whose ids serve as ports. */
const WITH_PORTS: ReadonlySet<number> = new Set([PROTOCOL.tcp, PROTOCOL.udp, PROTOCOL.sctp, 33, PROTOCOL.icmp]);

/** A port needs a rule that names a protocol with ports; a negated one passes too. Seen in iptables 1.8.9. */
export function checkPorts(use: ExtensionUse, bound: BoundOption | undefined, hasPorts: boolean): readonly Problem[] {
  if (bound === undefined || !hasPorts || (bound.protocol !== undefined && WITH_PORTS.has(bound.protocol.number))) return [];
  if (use.protocol !== undefined && WITH_PORTS.has(use.protocol.number)) {
    return [{ code: 'wrong-protocol', message: `The \`-p\` of the rule stands behind \`${bound.text}\`, which needs it; write it before: iptables reads from left to right.`, span: bound.span }];
  }
  return [{ code: 'wrong-protocol', message: `\`${bound.text}\` names a port, which needs \`-p tcp\`, \`-p udp\`, \`-p sctp\` or \`-p dccp\` in the rule.`, span: bound.span }];
}

/** What the options of a NAT target let the kernel choose from. */
export function rangeOf({ addresses, ports }: NatTo, flags: Pick<NatRange, 'random' | 'persistent'>): NatRange {
  const chosen = addresses === undefined ? undefined : addresses.from > addresses.to ? new Unknown('the kernel picks a certain address from a reversed range') : addresses;
  return { ...(chosen === undefined ? {} : { addresses: chosen }), ...(ports === undefined ? {} : { ports }), ...flags };
}

/** The action of a target that translates: it ends the table, or drops where nothing in the range is free. */
export function translation(kind: 'source' | 'destination', range: (traversal: Traversal) => NatRange | undefined): Action {
  return {
    apply(traversal) {
      if (traversal.connection === undefined) return { kind: 'accept' };
      const chosen = range(traversal);
      if (chosen === undefined) return { kind: 'drop', reason: 'the interface has no address to translate to' };
      const reason = traversal.translate(kind, chosen);
      return reason === undefined ? { kind: 'accept' } : { kind: 'drop', reason };
    },
  };
}

/** A range of one address that the host has on an interface; undefined when it has none. */
export function atInterface(traversal: Traversal, side: 'in' | 'out', rest: NatRange): NatRange | undefined {
  const address = traversal.interfaceAddress(side);
  if (address === undefined) return undefined;
  return { ...rest, addresses: address instanceof Unknown ? address : { from: address, to: address } };
}
