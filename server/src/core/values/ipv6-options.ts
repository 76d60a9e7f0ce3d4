import { fail, ok, shown, type Parsed, type ValueType } from './value.ts';

/** A rule has room for this many options of a header. */
export const MOST_OPTIONS = 16;

/** The length by which the rule says that any will do. */
const ANY_LENGTH = 255;

/** An option of a hop-by-hop or destination header: its type, and its length where that counts. */
export interface Ipv6Option {
  readonly type: number;
  readonly length: number | undefined;
}

const WORD = 0xffffffffffffffffn;

/** strtoul with base 0, sign and all; iptables keeps the lowest byte. Undefined where the text is no number. */
function readByte(text: string): { readonly byte: number; readonly cut: boolean } | undefined {
  const [, sign, digits] = /^\s*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)$/u.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const magnitude = BigInt(/^0[0-7]/u.test(digits) ? `0o${digits.slice(1)}` : digits);
  if (magnitude > WORD) return undefined;
  const value = sign === '-' ? -magnitude : magnitude;
  return { byte: Number(BigInt.asUintN(8, value)), cut: value < 0n || value > 255n };
}

function readElement(element: string, text: string): Parsed<Ipv6Option> {
  if (element === '') return fail(`${shown(text)} has an empty element; a list has commas and no blanks, such as \`5:2,194:4\`.`);
  const colon = element.indexOf(':');
  const type = readByte(colon === -1 ? element : element.slice(0, colon));
  if (type === undefined) return fail(`${shown(element)} is not an option: a type from 0 to 255, perhaps with a length, such as \`5:2\`.`);
  const length = colon === -1 ? { byte: ANY_LENGTH, cut: false } : readByte(element.slice(colon + 1));
  if (length === undefined) return fail(`\`${element}\` has no length behind the colon: it is a number from 0 to 254, such as \`5:2\`.`);
  if (type.byte === 0 && colon !== -1) return fail('Option 0 is a single byte of padding, which has no length; write `0`.', text.split(',').map((each) => (each === element ? '0' : each)).join(','));
  const option = { type: type.byte, length: length.byte === ANY_LENGTH ? undefined : length.byte };
  const cut = type.cut || length.cut ? `\`${element}\` is beyond one byte; iptables takes it as \`${printOption(option)}\`.` : undefined;
  const any = colon !== -1 && option.length === undefined ? `A length of ${ANY_LENGTH} means any length; write \`${type.byte}\`.` : undefined;
  return ok(option, cut ?? any);
}

const printOption = ({ type, length }: Ipv6Option): string => (length === undefined ? String(type) : `${type}:${length}`);

/** `TYPE[:LENGTH][,…]`, at most sixteen, in the order in which the header has to hold them. */
export const ipv6Options: ValueType<readonly Ipv6Option[]> = {
  placeholder: 'TYPE[:LENGTH][,…]',
  separator: ',',
  parse(text) {
    const elements = text.split(',');
    const options: Ipv6Option[] = [];
    let warning: string | undefined;
    for (const element of elements) {
      const option = readElement(element, text);
      if (!option.ok) return option;
      warning ??= option.warning;
      options.push(option.value);
    }
    if (options.length > MOST_OPTIONS) return fail(`\`${text}\` has ${options.length} options; a rule takes at most ${MOST_OPTIONS}.`);
    // Seen in iptables, which counts wrong there.
    if (elements[MOST_OPTIONS - 1]?.includes(':') === true) return fail(`iptables refuses a length behind the last of ${MOST_OPTIONS} options, as \`${elements.at(-1)!}\` has it; write the type alone, or fewer options.`);
    return ok(options, warning);
  },
  print: (options) => options.map(printOption).join(','),
  complete: () => KNOWN.map(([type, detail]) => ({ text: String(type), detail })),
  hover: (options) => {
    const lines = KNOWN.filter(([type]) => options.some((option) => option.type === type)).map(([type, detail]) => `- ${type}: ${detail}`);
    return lines.length === 0 ? undefined : lines.join('\n');
  },
};

/** Option types of IANA's list that are in use. */
const KNOWN: readonly (readonly [type: number, detail: string])[] = [
  [0, 'one byte of padding'], [1, 'padding of several bytes'], [4, 'tunnel encapsulation limit'], [5, 'router alert'], [7, 'CALIPSO security label'],
  [99, 'RPL'], [194, 'jumbo payload'], [201, 'home address of Mobile IPv6'],
];
