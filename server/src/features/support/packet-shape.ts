import { TCP_FLAGS, type Address, type ConntrackState, type Packet } from '../../core/engine/packet.ts';
import { PROTOCOL } from '../../core/engine/protocols.ts';
import type { BoundOption } from '../../core/extensions/definition.ts';
import type { BoundRule, HeaderPart } from '../../core/ruleset/model.ts';

/** The packet changed so that it has what each rule asks for, as far as that can be read off the rules; later rules win. */
export function shape(packet: Packet, rules: readonly BoundRule[]): Packet {
  const shaped = { ...packet };
  for (const rule of rules) {
    shapeHeader(shaped, rule);
    for (const { definition, options } of rule.matches) {
      // A value that a shell would put there, or that can't be read, asks for nothing.
      for (const option of options) if (option.value !== undefined) SHAPERS.get(`${definition.name} ${option.spec.name}`)?.(shaped, option);
    }
  }
  return consistent(shaped);
}

type Shaper = (packet: Packet, option: BoundOption) => void;

const port = (field: 'sourcePort' | 'destinationPort'): Shaper => (packet, { value, negated }) => {
  const { from, to } = value as { from: number; to: number };
  packet[field] = negated ? (from > 1 ? from - 1 : Math.min(to + 1, 0xffff)) : from;
};

const ports = (field: 'sourcePort' | 'destinationPort'): Shaper => (packet, { value, negated }) => {
  const [first] = value as { from: number; to: number }[];
  if (first !== undefined && !negated) packet[field] = first.from;
};

const state: Shaper = (packet, { value, negated }) => {
  const wanted = (value as readonly string[]).find((each) => each !== 'SNAT' && each !== 'DNAT');
  if (wanted !== undefined && wanted !== 'NEW' && !negated) packet.state = wanted as ConntrackState;
};

const icmp: Shaper = (packet, { value, negated }) => {
  const { type, code } = value as { type: number | undefined; code: number | undefined };
  if (negated || type === undefined) return;
  packet.icmpType = type;
  packet.icmpCode = code ?? 0;
};

const mark: Shaper = (packet, { value, negated }) => {
  if (!negated) packet.mark = (value as { value: number }).value;
};

const range = (field: 'source' | 'destination'): Shaper => (packet, { value, negated }) => {
  if (!negated) packet[field] = (value as { from: Address }).from;
};

const SHAPERS: ReadonlyMap<string, Shaper> = new Map([
  ...['tcp', 'udp', 'sctp', 'dccp'].flatMap((match): [string, Shaper][] => [
    [`${match} source-port`, port('sourcePort')], [`${match} destination-port`, port('destinationPort')],
  ]),
  ['multiport source-ports', ports('sourcePort')], ['multiport destination-ports', ports('destinationPort')], ['multiport ports', ports('destinationPort')],
  ['conntrack ctstate', state], ['state state', state], ['icmp icmp-type', icmp], ['icmp6 icmpv6-type', icmp], ['mark mark', mark],
  ['iprange src-range', range('source')], ['iprange dst-range', range('destination')],
]);

function shapeHeader(packet: Packet, { header }: BoundRule): void {
  const { protocol, source, destination, in: inPart, out } = header;
  if (protocol !== undefined && protocol.value !== 0 && !protocol.negated) packet.protocol = protocol.value;
  packet.source = addressFor(source, packet.source);
  packet.destination = addressFor(destination, packet.destination);
  if (inPart !== undefined && !inPart.negated && packet.path !== 'out') packet.in = inPart.value.replace(/\+$/u, '0');
  if (out !== undefined && !out.negated && packet.path !== 'in') packet.out = out.value.replace(/\+$/u, '0');
}

/** An address that the part asks for: the network's own for a single host, else the first host in it. */
function addressFor(part: HeaderPart<readonly { address: Packet['source']; mask: Packet['source'] }[]> | undefined, otherwise: Packet['source']): Packet['source'] {
  const first = part?.value[0];
  if (part === undefined || part.negated || first?.address === undefined) return otherwise;
  const { address, mask } = first;
  if (typeof address === 'bigint') return mask === (1n << 128n) - 1n ? address : mask === 0n ? otherwise : address + 1n;
  return mask === 0xffffffff ? address : mask === 0 ? otherwise : address + 1;
}

/** Without fields that its protocol does not have, and with those that it must have. */
function consistent(packet: Packet): Packet {
  const { protocol } = packet;
  const icmp = protocol === PROTOCOL.icmp || protocol === PROTOCOL.icmpv6;
  const hasPorts = protocol === PROTOCOL.tcp || protocol === PROTOCOL.udp || protocol === PROTOCOL.sctp || protocol === PROTOCOL.udplite;
  return {
    ...packet,
    sourcePort: hasPorts ? packet.sourcePort : undefined, destinationPort: hasPorts ? packet.destinationPort : undefined,
    tcpFlags: protocol === PROTOCOL.tcp ? packet.tcpFlags ?? TCP_FLAGS.SYN : undefined,
    icmpType: icmp ? packet.icmpType ?? (protocol === PROTOCOL.icmp ? 8 : 128) : undefined, icmpCode: icmp ? packet.icmpCode ?? 0 : undefined,
  };
}
