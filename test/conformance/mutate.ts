import type { Random } from '../kernel/random.ts';

const NUMBERS = ['0', '1', '-1', '31', '32', '33', '63', '64', '127', '128', '129', '254', '255', '256', '1023', '1024', '32767', '32768', '65534', '65535', '65536', '65537',
  '2147483647', '2147483648', '4294967294', '4294967295', '4294967296', '4294967297', '18446744073709551615', '18446744073709551616', '0x', '0x10', '0X1F', '010', '08', '+5', ' 5', '5 ', '1.5', '1e3', ''];
const SEPARATORS = [',', ':', '-', '/', '.', ' ', '=', '+', '!', '#', '%'];
const WORDS = ['', ' ', '!', '-', '--', '0', 'all', 'any', 'none', 'x', '0.0.0.0/0', '::/0', '10.0.0.1', '2001:db8::1', '10.0.0.0/33', 'é', '*', '-1', '0x', '1,2,3', '1:2', '1-2', '2:1'];

/** Another text that is near the given one: what people and programs get wrong, and the edges of what can be right. */
export function mutate(text: string, others: readonly string[], random: Random): string {
  const letters = [...text];
  const at = random.below(Math.max(letters.length, 1));
  switch (random.below(14)) {
    case 0: return replaceNumber(text, random, () => random.pick(NUMBERS));
    case 1: return replaceNumber(text, random, (digits) => String(BigInt(digits) + BigInt(random.pick([-1, 1, 1]))));
    case 2: return letters.toSpliced(at, 1).join('');
    case 3: return letters.toSpliced(at, 0, letters[at] ?? 'x').join('');
    case 4: return letters.toSpliced(at, 1, random.pick([...SEPARATORS, 'x', '7'])).join('');
    case 5: return text === text.toUpperCase() ? text.toLowerCase() : text.toUpperCase();
    case 6: return `${text}${random.pick(SEPARATORS)}${random.pick(others)}`;
    case 7: return `${text}${random.pick(SEPARATORS)}`;
    case 8: return `${random.pick(SEPARATORS)}${text}`;
    case 9: return text.slice(0, at);
    case 10: return repeatElement(text, random);
    case 11: return text.replaceAll(/[,:\-/]/gu, () => random.pick(SEPARATORS));
    case 12: return random.pick(WORDS);
    default: return random.pick(NUMBERS);
  }
}

function replaceNumber(text: string, random: Random, other: (digits: string) => string): string {
  const numbers = [...text.matchAll(/\d+/gu)];
  if (numbers.length === 0) return `${text}${random.pick(NUMBERS)}`;
  const { 0: digits, index } = random.pick(numbers);
  return `${text.slice(0, index)}${other(digits)}${text.slice(index + digits.length)}`;
}

function repeatElement(text: string, random: Random): string {
  const separator = /[,:\-/]/u.exec(text)?.[0] ?? ',';
  const element = random.pick(text.split(separator));
  return Array.from({ length: 1 + random.below(20) }, () => element).concat(text).join(separator);
}
