import { interfaceFits } from '../../values/interface.ts';
import { printMasked } from '../../values/address.ts';
import { agree, familyOf } from '../address.ts';
import type { Address, Packet } from '../packet.ts';
import type { Condition, Traversal } from '../traversal.ts';
import { Unknown, type Truth } from '../truth.ts';
import { addressText } from '../wording.ts';
import type { HeaderPart, Rule } from '../../ruleset/model.ts';
import type { MaskedAddress } from '../../values/address.ts';
import { protocolName } from '../../values/protocol.ts';

/** A field of the packet that an assumption can be about. */
export type Field =
  | 'source' | 'destination' | 'in' | 'out' | 'protocol' | 'sourcePort' | 'destinationPort' | 'tcpFlags' | 'icmp' | 'length' | 'mac' | 'uid' | 'gid'
  | 'mark' | 'tos' | 'ttl';

/**
 * A condition whose answer depends on nothing but one field: once assumed, it holds for the rest of the packet's way
 * until the field is rewritten.
 */
export interface FieldCondition extends Condition {
  readonly field: Field;
  /** The question without its `!`; equal for equal questions. */
  readonly key: string;
  readonly negated: boolean;
  /** Narrows a packet for which the question is answered with yes. */
  pin?(packet: Packet): void;
}

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
  part: HeaderPart<unknown>, field: Field, key: string, ask: (traversal: Traversal) => boolean | undefined,
  observe: (traversal: Traversal) => string, pin?: (packet: Packet) => void,
): FieldCondition {
  const { negated } = part;
  return {
    source: part.text, field, key, negated, observe, ...(pin === undefined ? {} : { pin }),
    test(traversal): Truth {
      const answer = ask(traversal);
      return answer === undefined ? new Unknown(key) : answer !== negated;
    },
  };
}

function address(field: 'source' | 'destination', part: HeaderPart<readonly MaskedAddress[]> | undefined, masked: MaskedAddress | undefined): Condition | undefined {
  if (part === undefined || masked === undefined) return undefined;
  const { address: wanted, mask, host } = masked;
  const single = mask === (typeof wanted === 'bigint' ? (1n << 128n) - 1n : 0xffffffff);
  const named = host ?? (single ? addressText(wanted) : printMasked(masked, familyOf(wanted)));
  return fieldCondition(
    part, field, `the ${field} is ${single || host !== undefined ? '' : 'in '}${named}`,
    ({ packet }) => {
      const has = packet[field];
      if (isZero(mask)) return true;
      return has === undefined || host !== undefined ? undefined : agree(has, wanted, mask);
    },
    ({ packet }) => `the ${field} is ${packet[field] === undefined ? 'open' : addressText(packet[field])}`,
    single && host === undefined ? (packet) => { packet[field] = wanted; } : undefined,
  );
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
  return fieldCondition(
    part, side, `it ${verb} \`${pattern}\``,
    (traversal) => {
      const name = seen(traversal);
      return name === undefined ? (pattern === '+' ? true : undefined) : interfaceFits(pattern, name);
    },
    (traversal) => {
      const name = seen(traversal);
      if (name === '') return `there is no ${side === 'in' ? 'incoming' : 'outgoing'} interface at this hook`;
      return name === undefined ? `the interface that it ${verb} is open` : `it ${verb} \`${name}\``;
    },
    isPrefix ? undefined : (packet) => { packet[side] = pattern; },
  );
}

function protocolCondition(part: HeaderPart<number> | undefined): Condition | undefined {
  if (part === undefined || part.value === 0) return undefined;
  const wanted = part.value;
  return fieldCondition(
    part, 'protocol', `the protocol is ${protocolName(wanted) ?? wanted}`,
    (traversal) => {
      const { protocol } = traversal.packet;
      if (protocol === undefined) return undefined;
      return protocol === wanted;
    },
    ({ packet }) => (packet.protocol === undefined ? 'the protocol is open' : `the protocol is ${protocolName(packet.protocol) ?? packet.protocol}`),
    (packet) => { packet.protocol = wanted; },
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
