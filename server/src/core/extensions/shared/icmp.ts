import type { Condition } from '../../engine/traversal.ts';
import { Unknown, type Truth } from '../../engine/truth.ts';
import type { Packet } from '../../engine/packet.ts';
import type { Bounds } from '../../sets/bounds.ts';
import { EVERY } from '../../sets/diagram.ts';
import type { PacketSpace } from '../../sets/space.ts';
import { icmpName, type IcmpMessage } from '../../values/icmp-type.ts';
import { conditionOf, type ExtensionUse, type OptionSpec } from '../definition.ts';
import { optionPackets, transportPackets } from './packet-sets.ts';

/** The condition of `--icmp-type` and `--icmpv6-type`. */
export function icmpCondition(use: ExtensionUse, spec: OptionSpec<IcmpMessage>): Condition[] {
  return conditionOf(use, spec, (message, { packet }) => messageTruth(message, packet), ({ packet: { icmpType, icmpCode, family } }) =>
    (icmpType === undefined ? 'the ICMP type is open' : `the message is ${icmpName(icmpType, icmpCode, family)}`));
}

/** The packets of `--icmp-type` and `--icmpv6-type`. */
export function icmpPackets(use: ExtensionUse, space: PacketSpace, spec: OptionSpec<IcmpMessage>): Bounds {
  return transportPackets(use, space, optionPackets(use, space, spec, ({ type, code }) => {
    if (type === undefined) return EVERY;
    const ofType = space.equals('icmpType', type);
    return code === undefined ? ofType : space.intersection(ofType, space.equals('icmpCode', code));
  }));
}

function messageTruth({ type, code }: IcmpMessage, { icmpType, icmpCode, family }: Packet): Truth {
  if (type === undefined) return true;
  if (icmpType === undefined) return new Unknown(`the message is ${icmpName(type, code, family)}`, {
    field: 'icmp', yes: [{ from: (type << 8) | (code ?? 0), to: (type << 8) | (code ?? 255) }], pin: (packet) => { packet.icmpType = type; packet.icmpCode ??= code; },
  });
  if (icmpType !== type) return false;
  if (code === undefined) return true;
  return icmpCode === undefined ? new Unknown(`the ICMP code is ${code}`) : icmpCode === code;
}
