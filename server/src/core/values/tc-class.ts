import { fail, ok, shown, type ValueType } from './value.ts';

/** Handle of a class of traffic control: the major number in the upper 16 bits, the minor one in the lower. */
export type TrafficClass = number;

const HEX = '([-+]?)(?:0[xX])?([0-9a-fA-F]+)';
/** What scanf makes of `%x:%x`: blanks before a number, a sign, and anything behind the second number are taken. */
const SCANNED = new RegExp(`^\\s*${HEX}:\\s*${HEX}`, 'u');

/** `MAJOR:MINOR`, always hexadecimal. */
export const trafficClass: ValueType<TrafficClass> = {
  placeholder: 'MAJOR:MINOR',
  parse(text) {
    const scanned = SCANNED.exec(text);
    if (scanned === null) return fail(`${shown(text)} is not a class of traffic control: two hexadecimal numbers and a colon, such as \`1:1f\`.`, /^[0-9a-fA-F]{1,4}:$/u.test(text) ? `${text}0` : undefined);
    const [, majorSign, major, minorSign, minor] = scanned as unknown as [string, string, string, string, string];
    const value = ((half(major, majorSign) << 16) | half(minor, minorSign)) >>> 0;
    const plain = /^[0-9a-fA-F]{1,4}:[0-9a-fA-F]{1,4}$/u.test(text) || /^0x[0-9a-fA-F]{1,4}:0x[0-9a-fA-F]{1,4}$/u.test(text);
    return ok(value, plain ? undefined : `\`${text}\` is read as ${print(value)}: two hexadecimal numbers up to ffff, whatever else is written.`);
  },
  print,
  hover: (value) => `Major ${value >>> 16}, minor ${value & 0xffff} in decimal; the numbers are always hexadecimal.`,
};

const half = (digits: string, sign: string): number => Number(BigInt.asUintN(16, sign === '-' ? -BigInt(`0x${digits}`) : BigInt(`0x${digits}`)));

function print(value: TrafficClass): string {
  const digits = value.toString(16).padStart(8, '0');
  return `${digits.slice(0, 4)}:${digits.slice(4)}`;
}
