import { masked, printMasked, resolvedAddress, type MaskedAddress } from './address.ts';
import type { ValueType } from './value.ts';

/** `ADDRESS[/MASK]` that NETMAP maps to: a network, of which the host part is not kept; iptables-save always prints its length. */
export const netmapTarget: ValueType<MaskedAddress> = {
  ...resolvedAddress,
  parse(text, context) {
    const parsed = resolvedAddress.parse(text, context);
    if (!parsed.ok) return parsed;
    const { address, mask } = parsed.value;
    return { ...parsed, value: { ...parsed.value, address: masked(address, mask) } };
  },
  print: (value, { family }) => printMasked(value, family),
};
