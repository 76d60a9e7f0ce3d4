import type { Family } from '../netfilter.ts';
import type { Packet } from '../engine/packet.ts';
import { icmpType, icmpv6Type, type IcmpMessage } from '../values/icmp-type.ts';
import type { ValueType } from '../values/value.ts';
import { read, refuse, type Read } from './error.ts';

const typeOf = (family: Family): ValueType<IcmpMessage> => (family === 'ipv4' ? icmpType : icmpv6Type);

/** Reads `TYPE[/CODE]` or a name. */
export function readIcmp(text: string, family: Family): Read<IcmpMessage> {
  const parsed = typeOf(family).parse(text, { family });
  return parsed.ok ? read(parsed.value) : refuse(parsed.message);
}

/** A packet's ICMP type by name where it has one, with its code; undefined when it is open. */
export function printIcmp({ family, icmpType: type, icmpCode: code }: Packet): string | undefined {
  if (type === undefined) return undefined;
  return nameOf(family, type, code) ?? typeOf(family).print({ type, code }, { family });
}

/** The first name that means exactly this. */
function nameOf(family: Family, type: number, code: number | undefined): string | undefined {
  const names = typeOf(family).complete?.({ family }) ?? [];
  return names.find(({ text }) => {
    const named = typeOf(family).parse(text, { family });
    return named.ok && named.value.type === type && named.value.code === code;
  })?.text;
}
