import fc from 'fast-check';

/** Pieces that lines are made of; each has made a parser stumble or could. */
const PIECES = [
  '-A', '-p', '-ptcp', '--dport', '--dport=80', '--', '-', '!', '!x', '=', '"', '"a b"', '"a\\"b"', "'", "'a b'", '\\', '\\!', '#', '# expect ',
  '# expect DROP: tcp', '# expect the rest', '# scenario', '# scenario x', '# iptables-lens disable=', ',', '*', '*filter', '*)', ':', ':INPUT', 'COMMIT',
  '[', ']', '[1:2]', '[1:', '–dport', '—', '-–x', '\u2212', 'iptables', '/sbin/ip6tables-legacy', '$IPT', '${IPTABLES}', 'sudo', 'exec', 'A=b',
  ';', '&&', '||', '|', '>', '2>', '(', ')', '$(', '`', '{', '}', ' ', '  ', '\t', '\r', '\f', '\u00a0', '\u2028', 'é', '😀', '\ud800', 'x', '80', 'ACCEPT',
];

const piece = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...PIECES) },
  { weight: 2, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }).map((text) => text.replace(/[\0\n\ufeff]/gu, '')) },
);

/** A line of text without its end: any characters but NUL, which the language server never hands to the parser, and the byte order mark. */
export const anyLine: fc.Arbitrary<string> = fc.array(piece, { maxLength: 12 }).chain((pieces) => fc.constantFrom(pieces.join(''), pieces.join(' ')));

/** A line that takes nothing in from the next one, as a backslash at its end would. */
export const closedLine: fc.Arbitrary<string> = anyLine.filter((line) => !/\\\r*$/u.test(line));

/** Line ends as they are found in files. */
export const lineEnd: fc.Arbitrary<string> = fc.constantFrom('\n', '\n', '\n', '\r\n');

/** A whole text, its last line with or without an end. */
export const anyText: fc.Arbitrary<string> = fc.array(fc.tuple(anyLine, lineEnd), { maxLength: 12 })
  .chain((lines) => fc.boolean().map((ended) => lines.map(([line, end]) => line + end).join('').slice(0, ended ? undefined : -1)));
