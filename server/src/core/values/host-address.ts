import type { Family } from '../netfilter.ts';
import { printAddress, readResolved, type MaskedAddress } from './address.ts';
import { fail, type ValueType } from './value.ts';

/** One address without a mask that iptables hands to the resolver: it takes short forms and names. */
export const hostAddress: ValueType<MaskedAddress> = {
  placeholder: 'ADDRESS',
  parse: (text, { family }) => (text.includes('/') ? fail(`\`${text}\` has a mask; this is one address, such as \`${example(family)}\`.`, text.slice(0, text.indexOf('/'))) : readResolved(text, family)),
  print: (value, { family }) => printAddress(value, family),
};

/** The same where the kernel refuses the address of zeros. */
export const reachableAddress: ValueType<MaskedAddress> = {
  ...hostAddress,
  parse(text, context) {
    const parsed = hostAddress.parse(text, context);
    if (!parsed.ok || parsed.value.host !== undefined || parsed.value.address !== (context.family === 'ipv4' ? 0 : 0n)) return parsed;
    return fail(`\`${text}\` is no host that a packet can be sent to; the kernel refuses it. Write an address such as \`${example(context.family)}\`.`);
  },
};

const example = (family: Family): string => (family === 'ipv4' ? '192.0.2.1' : '2001:db8::1');
