import type { Address } from '../engine/packet.ts';
import type { Family } from '../netfilter.ts';
import { printBare } from './address.ts';
import { reversedWarning } from './integer.ts';
import { readDotted } from './ipv4.ts';
import { readIPv6 } from './ipv6.ts';
import { fail, ok, shown, type Parsed, type ValueType } from './value.ts';

/** Addresses from `from` to `to`, both included; none when reversed. */
export interface AddressRange {
  readonly from: Address;
  readonly to: Address;
}

/** `ADDRESS[-ADDRESS]` of iprange; one address is a range of its own. */
export const addressRange: ValueType<AddressRange> = {
  placeholder: 'ADDRESS[-ADDRESS]',
  parse(text, { family }) {
    const dash = text.indexOf('-');
    const first = read(dash === -1 ? text : text.slice(0, dash), text, family);
    if (!first.ok) return first;
    const second = dash === -1 ? first : read(text.slice(dash + 1), text, family);
    if (!second.ok) return second;
    const reversed = reversedWarning(text, first.value, second.value);
    return ok({ from: first.value, to: second.value }, reversed);
  },
  print: ({ from, to }, { family }) => `${printBare(from, family)}-${printBare(to, family)}`,
  hover: ({ from, to }) => (from > to ? 'No address: the range is reversed.' : `${BigInt(to) - BigInt(from) + 1n} addresses.`),
};

function read(text: string, whole: string, family: Family): Parsed<Address> {
  const address = family === 'ipv4' ? readDotted(text) : readIPv6(text);
  if (address !== undefined) return ok(address);
  const example = family === 'ipv4' ? '192.0.2.10-192.0.2.20' : '2001:db8::10-2001:db8::20';
  if (text === '') return fail(`\`${whole}\` has an open end; write both addresses, such as \`${example}\`.`);
  if (text.includes('/')) return fail(`\`${text}\` has a mask; networks are for \`-s\` and \`-d\`, a range here is two addresses: \`${example}\`.`);
  if (/\s/u.test(text)) return fail(`\`${whole}\` has blanks; a range is written without: \`${example}\`.`, whole.replaceAll(/\s/gu, ''));
  return fail(`${shown(text)} is not an ${family === 'ipv4' ? 'IPv4' : 'IPv6'} address; a range looks like \`${example}\`, and names are not looked up here.`);
}
