import { interfaceFits } from '../../values/interface.ts';
import { printMasked } from '../../values/address.ts';
import { agree, familyOf } from '../address.ts';
import type { Address, Packet } from '../packet.ts';
import type { About, Values } from '../knowledge.ts';
import type { Condition, Traversal } from '../traversal.ts';
import { Unknown, type Truth } from '../truth.ts';
import { addressText } from '../wording.ts';
import type { HeaderPart, Rule } from '../../ruleset/model.ts';
import type { MaskedAddress } from '../../values/address.ts';
import { protocolName } from '../../values/protocol.ts';

/** A field of the packet that an assumption can be about. */
export type Field =
  | 'source' | 'destination' | 'in' | 'out' | 'protocol' | 'sourcePort' | 'destinationPort' | 'tcpFlags' | 'icmp' | 'length' | 'mac' | 'uid' | 'gid'
  | 'mark' | 'tos' | 'ttl'
  /** The packet as a whole, which is another one when anything in it is rewritten. */
  | 'bytes'
  /** What packets in notation do not hold, and no rule changes. */
  | 'unseen';

/** The conditions of the rule's own options, in the kernel's order. */
export function headerConditions(rule: Rule): readonly Condition[] {
  const { source, destination, in: inPart, out, protocol, fragment } = rule.bound.header;
  const conditions: (Condition | undefined)[] = [
    address('source', source, rule.source), address('destination', destination, rule.destination),
    interfaceCondition('in', inPart), interfaceCondition('out', out), protocolCondition(protocol), fragmentCondition(fragment),
  ];
  return conditions.filter((condition) => condition !== undefined);
}

/** Puts the question, its negation and its words together. */
function fieldCondition(
  part: HeaderPart<unknown>, about: About, key: string, ask: (traversal: Traversal) => boolean | undefined, observe: (traversal: Traversal) => string,
): Condition {
  const { negated } = part;
  return {
    source: part.text, observe,
    test(traversal): Truth {
      const answer = ask(traversal);
      return answer === undefined ? new Unknown(negated ? `not: ${key}` : key, about) : answer !== negated;
    },
  };
}

function address(field: 'source' | 'destination', part: HeaderPart<readonly MaskedAddress[]> | undefined, masked: MaskedAddress | undefined): Condition | undefined {
  if (part === undefined || masked === undefined) return undefined;
  const { address: wanted, mask, host } = masked;
  const single = mask === (typeof wanted === 'bigint' ? (1n << 128n) - 1n : 0xffffffff);
  const named = host ?? (single ? addressText(wanted) : printMasked(masked, familyOf(wanted)));
  const values = host === undefined ? spanOf(wanted, mask) : undefined;
  const pin = (packet: Packet): void => { packet[field] = wanted; };
  return fieldCondition(
    part, { field, ...(values === undefined ? {} : { yes: [values] }), ...(single && host === undefined ? { pin } : {}) }, `the ${field} is ${single || host !== undefined ? '' : 'in '}${named}`,
    ({ packet }) => {
      const has = packet[field];
      if (isZero(mask)) return true;
      return has === undefined || host !== undefined ? undefined : agree(has, wanted, mask);
    },
    ({ packet }) => `the ${field} is ${packet[field] === undefined ? 'open' : addressText(packet[field])}`,
  );
}

/** The addresses of a mask that is a prefix. */
function spanOf(address: Address, mask: Address): Values | undefined {
  const rest = typeof mask === 'bigint' ? mask ^ ((1n << 128n) - 1n) : ~mask >>> 0;
  const isPrefix = typeof rest === 'bigint' ? (rest & (rest + 1n)) === 0n : (rest & (rest + 1)) === 0;
  if (!isPrefix) return undefined;
  return typeof address === 'bigint' ? { from: address, to: address | (rest as bigint) } : { from: address, to: (address | (rest as number)) >>> 0 };
}

const isZero = (mask: Address): boolean => mask === 0 || mask === 0n;

/** Whether the rule names a host, whose address only the machine that loads the rule knows. */
export function namesHost(rule: Rule): boolean {
  return rule.source?.host !== undefined || rule.destination?.host !== undefined;
}

function interfaceCondition(side: 'in' | 'out', part: HeaderPart<string> | undefined): Condition | undefined {
  if (part === undefined) return undefined;
  const pattern = part.value;
  const isPrefix = pattern.endsWith('+');
  const verb = side === 'in' ? 'comes in by' : 'leaves by';
  const seen = (traversal: Traversal): string | undefined => (side === 'in' ? traversal.inInterface : traversal.outInterface);
  const pin = (packet: Packet): void => { packet[side] = pattern; };
  return fieldCondition(
    part, { field: side, ...(isPrefix ? {} : { pin }) }, `it ${verb} \`${pattern}\``,
    (traversal) => {
      const name = seen(traversal);
      return name === undefined ? (pattern === '+' ? true : undefined) : interfaceFits(pattern, name);
    },
    (traversal) => {
      const name = seen(traversal);
      if (name === '') return `there is no ${side === 'in' ? 'incoming' : 'outgoing'} interface at this hook`;
      return name === undefined ? `the interface that it ${verb} is open` : `it ${verb} \`${name}\``;
    },
  );
}

function protocolCondition(part: HeaderPart<number> | undefined): Condition | undefined {
  if (part === undefined || part.value === 0) return undefined;
  const wanted = part.value;
  return fieldCondition(
    part, { field: 'protocol', pin: (packet) => { packet.protocol = wanted; } }, `the protocol is ${protocolName(wanted) ?? wanted}`,
    (traversal) => {
      const { protocol } = traversal.packet;
      if (protocol === undefined) return undefined;
      return protocol === wanted;
    },
    ({ packet }) => (packet.protocol === undefined ? 'the protocol is open' : `the protocol is ${protocolName(packet.protocol) ?? packet.protocol}`),
  );
}

function fragmentCondition(part: HeaderPart<true> | undefined): Condition | undefined {
  if (part === undefined) return undefined;
  return {
    source: part.text,
    test: ({ packet }) => ((packet.fragmentOffset ?? 0) > 0) !== part.negated,
    observe: ({ packet }) => ((packet.fragmentOffset ?? 0) > 0 ? 'it is a later fragment' : 'it is no later fragment'),
  };
}
