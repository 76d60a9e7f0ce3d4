import { fail, ok, shown, type ValueType } from './value.ts';

/** Units that iptables takes, in any case, and how many bits each has. */
const UNITS: ReadonlyMap<string, number> = new Map([
  ['', 1],
  ...(['bit', 'bps'] as const).flatMap((unit): [string, number][] => {
    const own = unit === 'bit' ? 1 : 8;
    return [[unit, own], ...[...'kmgt'].flatMap((letter, index): [string, number][] => [[`${letter}${unit}`, own * 1000 ** (index + 1)], [`${letter}i${unit}`, own * 1024 ** (index + 1)]])];
  }),
]);

/** The kernel keeps bytes a second in this many values. */
const WORD = 2 ** 32;

/** `NUMBER[UNIT]`, kept as bytes a second. */
export const bitRate: ValueType<number> = {
  placeholder: 'NUMBER[bit|kbit|mbit|bps|kbps|mbps…]',
  parse(text) {
    const [, digits, unit] = /^([0-9]+\.?[0-9]*(?:e[0-9]+)?|\.[0-9]+)([a-z]*)$/iu.exec(text) ?? [];
    const bits = unit === undefined ? undefined : UNITS.get(unit.toLowerCase());
    if (bits === undefined) return fail(`${shown(text)} is not a rate: write a number and a unit such as \`8bit\`, \`500kbit\`, \`2mbit\` or \`100kbps\` (bytes).`);
    const bytes = Math.floor((Number(digits) * bits) / 8);
    const kept = bytes % WORD;
    if (kept !== bytes) return ok(kept, `\`${text}\` is more than 32 bits of bytes a second hold; iptables takes it without a word as ${print(kept)}.`);
    return ok(bytes, Number(digits) > 0 && bytes === 0 ? `\`${text}\` is less than a byte a second and taken as 0.` : undefined);
  },
  print,
  complete: () => ['64kbit', '1mbit', '10mbit', '100mbit'].map((text) => ({ text, detail: 'bits a second' })),
  hover: (bytes) => `${bytes} bytes a second.`,
};

function print(bytes: number): string {
  const bits = bytes * 8;
  if (bits >= 1e9) return `${Math.round(bits / 1e6)}Mbit`;
  return bits >= 1e6 ? `${Math.round(bits / 1000)}Kbit` : `${bits}bit`;
}
