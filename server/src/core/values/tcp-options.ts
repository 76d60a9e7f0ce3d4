import { findChoice, proposals, type Choice } from './choice.ts';
import { readInteger } from './integer.ts';
import { didYouMean } from './spelling.ts';
import { fail, ok, shown, type Parsed, type ValueType } from './value.ts';

/** TCP options that iptables knows by name. */
const NAMES: readonly Choice<number>[] = [
  { name: 'mss', value: 2, detail: '2: maximum segment size' },
  { name: 'wscale', value: 3, detail: '3: window scale' },
  { name: 'sack-permitted', value: 4, detail: '4: selective acknowledgments are welcome' },
  { name: 'sack', value: 5, detail: '5: selective acknowledgment' },
  { name: 'timestamp', value: 8, detail: '8: timestamps' },
  { name: 'md5', value: 19, detail: '19: MD5 signature' },
];

/** 0 ends the options and 1 fills them up: neither can be stripped. */
const LEAST = 2;
const MOST = 255;

/** `OPTION[,OPTION…]` by name or number; kept and printed as numbers in ascending order. */
export const tcpOptions: ValueType<readonly number[]> = {
  placeholder: 'OPTION[,OPTION…]',
  separator: ',',
  parse(text) {
    const options = new Set<number>();
    for (const word of text.split(',')) {
      const option = readOption(word, text);
      if (!option.ok) return option;
      if (options.has(option.value)) return fail(`\`${word}\` is in the list already, which iptables refuses; write it once.`);
      options.add(option.value);
    }
    return ok([...options].sort((a, b) => a - b));
  },
  print: (options) => options.join(','),
  complete: () => proposals(NAMES),
  hover: (options) => {
    const named = NAMES.filter(({ value }) => options.includes(value)).map(({ name, detail }) => `- \`${name}\`: ${detail!}`);
    return named.length === 0 ? undefined : named.join('\n');
  },
};

function readOption(word: string, text: string): Parsed<number> {
  if (word === '') return fail(`${shown(text)} has an empty element; a list has commas and no blanks, such as \`mss,timestamp\`.`);
  const named = findChoice(word, NAMES, {});
  if (named !== undefined) return ok(named.value);
  const number = readInteger(word);
  if (number !== undefined && number >= LEAST && number <= MOST) return ok(number);
  if (number !== undefined) return fail(`${shown(word)} is not an option that can be stripped; they are from ${LEAST} to ${MOST}.`);
  const { hint, suggestion } = didYouMean(word, NAMES.map(({ name }) => name));
  return fail(`${shown(word)} is not a TCP option.${hint} Write a number from ${LEAST} to ${MOST} or one of ${NAMES.map(({ name }) => `\`${name}\``).join(', ')}.`,
    suggestion === undefined ? undefined : text.split(',').map((each) => (each === word ? suggestion : each)).join(','));
}
