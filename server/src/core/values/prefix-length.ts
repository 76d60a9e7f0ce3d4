import { prefixLength } from './ipv4.ts';
import { prefixLength6 } from './ipv6.ts';
import { readLooseMask } from './address.ts';
import { readInteger } from './integer.ts';
import { fail, ok, shown, type ValueType } from './value.ts';

/** A prefix length, or the mask that it stands for; `otherwise` is what becomes of masks that are no prefix. */
export function prefixLengthType(otherwise: 'refused' | 'whole'): ValueType<number> {
  return {
    placeholder: 'LENGTH',
    parse(text, { family }) {
      const most = family === 'ipv4' ? 32 : 128;
      const mask = readLooseMask(text, family);
      if (!mask.ok) return fail(`${shown(text)} is not a prefix length: a number from 0 to ${most}, such as \`${family === 'ipv4' ? 24 : 64}\`.`);
      if (mask.warning !== undefined && otherwise === 'refused') return fail(`${shown(text)} is not a prefix length from 0 to ${most}; the kernel refuses it.`, readInteger(text) === undefined ? undefined : String(most));
      return ok((family === 'ipv4' ? prefixLength(Number(mask.value)) : prefixLength6(BigInt(mask.value)))!, mask.warning);
    },
    print: String,
  };
}
