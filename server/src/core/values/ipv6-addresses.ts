import { printIPv6, readIPv6 } from './ipv6.ts';
import { fail, ok, type ValueType } from './value.ts';

/** A routing header of type 0 has room for this many addresses in a rule. */
export const MOST_ADDRESSES = 16;

/** `ADDRESS[,ADDRESS…]`: IPv6 addresses in numbers, at most sixteen. */
export const ipv6Addresses: ValueType<readonly bigint[]> = {
  placeholder: 'ADDRESS[,…]',
  separator: ',',
  parse(text) {
    const addresses: bigint[] = [];
    for (const element of text.split(',')) {
      const address = readIPv6(element);
      if (address === undefined) return fail(element === '' ? `\`${text}\` has an empty element; a list has commas and no blanks, such as \`2001:db8::1,2001:db8::2\`.`
        : `\`${element}\` is not an IPv6 address in numbers, such as \`2001:db8::1\`; masks and names are not taken here.`);
      addresses.push(address);
    }
    return addresses.length > MOST_ADDRESSES ? fail(`\`${text}\` has ${addresses.length} addresses; a rule takes at most ${MOST_ADDRESSES}.`) : ok(addresses);
  },
  print: (addresses) => addresses.map(printIPv6).join(','),
};
