import type { Packet } from '../../engine/packet.ts';
import type { Condition, Traversal } from '../../engine/traversal.ts';
import { and, Unknown, type Truth } from '../../engine/truth.ts';
import type { ExtensionUse } from '../definition.ts';

/** An IPv6 extension header: its number, and its name with an article for messages. */
export interface ExtensionHeader {
  readonly number: number;
  readonly name: string;
}

/**
 * Whether the packet carries the header. A packet whose protocol is said has it right behind the headers that are listed,
 * by default none, as it has no IP options: what is not described is as usual (like a TTL of 64).
 */
export function carries({ protocol, headers }: Packet, { number, name }: ExtensionHeader): Truth {
  if (headers.includes(number)) return true;
  return protocol === undefined ? new Unknown(`the packet has ${name}`) : protocol === number;
}

/** The conditions of a match that looks into an extension header: without the header all fail, negated ones too. Seen in the kernel. */
export function needsExtensionHeader(use: ExtensionUse, header: ExtensionHeader, conditions: readonly Condition[], carried: (traversal: Traversal) => Truth = ({ packet }) => carries(packet, header)): readonly Condition[] {
  const presence: Condition = { source: `-m ${use.definition.name}`, test: carried, observe: () => `the packet has ${header.name}` };
  return (conditions.length === 0 ? [presence] : conditions).map((condition) => ({
    ...condition,
    test: (traversal) => and(carried(traversal), condition.test(traversal)),
    observe: (traversal) => (carried(traversal) === false ? `the packet has no ${header.name.replace(/^an? /u, '')}` : condition.observe(traversal)),
  }));
}
