import { choice, type Choice } from './choice.ts';
import { didYouMean } from './spelling.ts';
import { fail, ok, shown, type Parsed, type ValueType } from './value.ts';

/** One chunk type that a rule names, with the flags that must be set in such a chunk and those that must not. */
export interface SctpChunk {
  readonly name: string;
  /** Letters of flags from the highest bit: large = set, small = clear; `-` asks that the reserved bits be clear. */
  readonly flags: string;
}

/** Chunk types in the order of their numbers; `ALL` stands for every number, named or not. */
export type SctpChunks = 'ALL' | readonly SctpChunk[];

/** How the listed types and those of the packet must agree. */
export type ChunkMode = 'all' | 'any' | 'only';

/** Names in the order of their numbers, and the letters of their flags from the highest bit. */
const CHUNKS: readonly (readonly [name: string, number: number, detail: string, flags?: string])[] = [
  ['DATA', 0, 'data', 'IUBE'], ['INIT', 1, 'opens an association'], ['INIT_ACK', 2, 'answers INIT'], ['SACK', 3, 'acknowledges data'],
  ['HEARTBEAT', 4, 'asks whether a path works'], ['HEARTBEAT_ACK', 5, 'answers HEARTBEAT'], ['ABORT', 6, 'ends the association at once', 'T'],
  ['SHUTDOWN', 7, 'ends the association in order'], ['SHUTDOWN_ACK', 8, 'answers SHUTDOWN'], ['ERROR', 9, 'reports an error'],
  ['COOKIE_ECHO', 10, 'returns the cookie'], ['COOKIE_ACK', 11, 'answers COOKIE_ECHO'], ['ECN_ECNE', 12, 'echoes congestion'],
  ['ECN_CWR', 13, 'reports a smaller window'], ['SHUTDOWN_COMPLETE', 14, 'answers SHUTDOWN_ACK', 'T'], ['I_DATA', 64, 'interleaved data', 'IUBE'],
  ['ASCONF_ACK', 128, 'answers ASCONF'], ['RE_CONFIG', 130, 'changes streams'], ['PAD', 132, 'padding'],
  ['FORWARD_TSN', 192, 'skips data'], ['ASCONF', 193, 'changes addresses'], ['I_FORWARD_TSN', 194, 'skips interleaved data'],
];

const NAMES = CHUNKS.map(([name]) => name);

/** `all`, `any` or `only`, in any case. */
export const chunkMode: ValueType<ChunkMode> = choice<ChunkMode>({
  what: 'a way to compare chunk types', placeholder: 'all|any|only', ignoreCase: true,
  choices: [
    { name: 'all', value: 'all', detail: 'the packet has every listed type, perhaps others too' },
    { name: 'any', value: 'any', detail: 'the packet has one of the listed types' },
    { name: 'only', value: 'only', detail: 'the packet has no type that is not listed' },
  ] satisfies Choice<ChunkMode>[],
});

/** `ALL`, `NONE` or `TYPE[:FLAGS][,…]`. */
export const sctpChunks: ValueType<SctpChunks> = {
  placeholder: 'TYPE[:FLAGS][,…]',
  separator: ',',
  parse(text) {
    if (/^all$/iu.test(text)) return ok('ALL');
    if (/^none$/iu.test(text)) return ok([]);
    const chunks = new Map<string, string>();
    let warning: string | undefined;
    for (const word of text.split(',').filter((each) => each !== '')) {
      const chunk = readChunk(word);
      if (!chunk.ok) return chunk;
      warning ??= chunk.warning;
      const { name, flags } = chunk.value;
      chunks.set(name, merged((chunks.get(name) ?? '') + flags));
    }
    if (chunks.size === 0) return ok([], 'No chunk type is named; write `NONE` for that.');
    return ok(CHUNKS.filter(([name]) => chunks.has(name)).map(([name]) => ({ name, flags: chunks.get(name)! })), warning);
  },
  print: (chunks) => (chunks === 'ALL' ? 'ALL' : chunks.length === 0 ? 'NONE' : chunks.map(printChunk).join(',')),
  complete: () => [
    ...CHUNKS.map(([text, number, detail]) => ({ text, detail: `${number}: ${detail}` })),
    { text: 'ALL', detail: 'every chunk type' }, { text: 'NONE', detail: 'no chunk type' },
  ],
  hover: (chunks) => {
    const lines = CHUNKS.filter(([name]) => chunks !== 'ALL' && chunks.some((chunk) => chunk.name === name)).map(([name, number, detail]) => `- ${number} \`${name}\`: ${detail}`);
    return lines.length === 0 ? undefined : lines.join('\n');
  },
};

/** `DATA:Be`; iptables-save knows the flags of interleaved data, but does not print them. */
const printChunk = ({ name, flags }: SctpChunk): string => (flags === '' || name === 'I_DATA' ? name : `${name}:${flags}`);

function readChunk(word: string): Parsed<SctpChunk> {
  const colon = word.indexOf(':');
  const name = colon === -1 ? word : word.slice(0, colon);
  const known = CHUNKS.find(([each]) => each === name.toUpperCase());
  if (known === undefined) {
    const { hint, suggestion } = didYouMean(name, [...NAMES, 'ALL', 'NONE']);
    return fail(`${shown(name)} is not an SCTP chunk type.${hint} It is one of ${NAMES.map((each) => `\`${each}\``).join(', ')}; \`ALL\` and \`NONE\` stand alone.`, suggestion);
  }
  const flags = colon === -1 ? '' : word.slice(colon + 1);
  const letters = known[3] ?? '';
  const wrong = [...flags].find((flag) => flag !== '-' && !letters.includes(flag.toUpperCase()));
  if (wrong !== undefined) {
    return fail(`\`${wrong}\` is not a flag of ${known[0]} chunks; ${letters === '' ? `they have none, so leave \`:${wrong}\` out` : `they have ${[...letters].join(', ')}, large for set and small for clear, such as \`${known[0]}:${letters}\``}.`);
  }
  return ok({ name: known[0], flags: merged(flags) }, contradiction(flags));
}

/** Flags in the order of their bits, each once; one that is asked both ways counts as set. */
function merged(flags: string): string {
  return [...'-IUBTE'].flatMap((letter) => (flags.includes(letter) ? [letter] : flags.includes(letter.toLowerCase()) ? [letter.toLowerCase()] : [])).join('');
}

function contradiction(flags: string): string | undefined {
  const both = [...'IUBET'].find((letter) => flags.includes(letter) && flags.includes(letter.toLowerCase()));
  return both === undefined ? undefined : `\`${flags}\` asks for \`${both}\` set and clear; iptables keeps set.`;
}
