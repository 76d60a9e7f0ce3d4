import { masked, printMasked, resolvedAddress, type MaskedAddress } from './address.ts';
import { prefixLength6 } from './ipv6.ts';
import { fail, type ValueType } from './value.ts';

/** Longest prefix whose translation the kernel can make up for in the address's checksum. */
const LONGEST = 64;

/** `PREFIX/LENGTH` of SNPT and DNPT: at most 64 bits, and no bit behind them. */
export const nptPrefix: ValueType<MaskedAddress> = {
  ...resolvedAddress,
  placeholder: 'PREFIX/LENGTH',
  parse(text, context) {
    const parsed = resolvedAddress.parse(text, context);
    if (!parsed.ok) return parsed;
    const { address, mask, host } = parsed.value;
    const length = prefixLength6(BigInt(mask))!;
    if (length > LONGEST) return fail(`\`${text}\` has a prefix of ${length} bits; the kernel translates at most ${LONGEST}.`, text.includes('/') ? undefined : `${text}/${LONGEST}`);
    const network = masked(address, mask);
    if (host !== undefined || network === address) return parsed;
    const proper = printMasked({ address: network, mask }, context.family);
    return fail(`\`${text}\` has bits behind its prefix, which the kernel refuses; write 0 for them.`, proper);
  },
  print: (value, { family }) => printMasked(value, family),
  complete: (context) => resolvedAddress.complete!(context).filter(({ text }) => nptPrefix.parse(text, context).ok),
};
