const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07', b: '\b', e: '\x1B', E: '\x1B', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v', '\\': '\\', "'": "'", '"': '"', '?': '?',
};

/** The character that the backslash at `position` stands for in `$'…'`, and where the escape ends. */
export function ansiEscape(text: string, position: number): { readonly text: string; readonly end: number } {
  const letter = text[position + 1] ?? '';
  if (Object.hasOwn(SIMPLE, letter)) return { text: SIMPLE[letter]!, end: position + 2 };
  const number = /x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|([0-7]{1,3})/uy;
  number.lastIndex = position + 1;
  const found = number.exec(text);
  if (found === null) return { text: `\\${letter}`, end: position + 1 + letter.length };
  const [whole, hex, short, long, octal] = found;
  const code = octal === undefined ? Number.parseInt((hex ?? short ?? long)!, 16) : Number.parseInt(octal, 8) & 0xFF;
  return { text: code <= 0x10FFFF ? String.fromCodePoint(code) : '\uFFFD', end: position + 1 + whole.length };
}
