import { availableIn } from '../../server/src/core/extensions/catalogue.ts';
import { BUILT_IN_CHAINS, HOOKS, TABLE_NAMES } from '../../server/src/core/netfilter.ts';
import type { Random } from '../kernel/random.ts';
import { optionWords, type Draft, type DraftOption, type DraftUse } from './draft.ts';
import type { Generator } from './generate.ts';
import { mutate } from './mutate.ts';

/** What a break works on: a rule, the use that it is about, and where to get more. */
export interface Breakage {
  readonly draft: Draft;
  readonly use: DraftUse;
  readonly generator: Generator;
  readonly random: Random;
}

type Break = (breakage: Breakage) => void;

const misspell = (word: string, random: Random): string => {
  const at = 2 + random.below(Math.max(1, word.length - 2));
  return random.chance(0.5) ? word.slice(0, at) + word.slice(at + 1) : `${word.slice(0, at)}x${word.slice(at)}`;
};

function onOption({ use, random }: Breakage, change: (option: DraftOption) => void): void {
  if (use.options.length > 0) change(random.pick(use.options));
}

/** Every way in which a rule is made to differ from one that should load. Some of them leave it right. */
export const BREAKS: Readonly<Record<string, Break>> = {
  nothing: () => undefined,
  'other value': (breakage) => {
    onOption(breakage, (option) => { option.values = option.values.map((_, index) => breakage.generator.anyValue(option.spec, index)); });
  },
  'changed value': (breakage) => {
    const { random, generator } = breakage;
    onOption(breakage, (option) => {
      const index = random.below(Math.max(1, option.values.length));
      if (option.values[index] === undefined) return;
      option.values[index] = mutate(option.values[index], [generator.anyValue(option.spec, index)], random);
      if (random.chance(0.2)) option.values[index] = mutate(option.values[index], [generator.anyValue(option.spec, index)], random);
    });
  },
  'other family': ({ draft }) => { draft.family = draft.family === 'ipv4' ? 'ipv6' : 'ipv4'; },
  'missing option': ({ use, random }) => { use.options.splice(random.below(use.options.length), 1); },
  'no option': ({ use }) => { use.options = []; },
  'one more option': ({ draft, use, generator, random }) => {
    const specs = use.definition.options.filter((spec) => availableIn(spec, draft.family));
    if (specs.length > 0) use.options.splice(random.below(use.options.length + 1), 0, generator.option(random.pick(specs), draft));
  },
  'every option': ({ draft, use, generator }) => { use.options = use.definition.options.map((spec) => generator.option(spec, draft)); },
  'repeated option': (breakage) => { onOption(breakage, (option) => { breakage.use.options.push({ ...option }); }); },
  'other protocol': ({ draft, random }) => { draft.header.set('-p', { negated: random.chance(0.3), values: [random.pick(['tcp', 'udp', 'icmp', 'icmpv6', 'all', '0', '255', '256', 'ah', 'esp', 'xyz', 'ipv6-mh', 'sctp'])] }); },
  'no protocol': ({ draft }) => { draft.header.delete('-p'); },
  'negated protocol': ({ draft }) => {
    const given = draft.header.get('-p');
    if (given !== undefined) given.negated = !given.negated;
  },
  'other table': ({ draft, random }) => {
    draft.table = random.pick(TABLE_NAMES);
    draft.chain = random.pick(BUILT_IN_CHAINS[draft.table]);
  },
  'other chain': ({ draft, random }) => { draft.chain = random.pick(HOOKS); },
  'other chain behind a jump': ({ draft, random }) => {
    draft.chain = random.pick(BUILT_IN_CHAINS[draft.table]);
    draft.nested = true;
  },
  negation: (breakage) => { onOption(breakage, (option) => { option.negations = 1; }); },
  'double negation': (breakage) => { onOption(breakage, (option) => { option.negations = 2; }); },
  'negated load': ({ use }) => { if (use.loader.length > 0) use.loader.unshift('!'); },
  'late negation': (breakage) => { onOption(breakage, (option) => { option.values.unshift('!'); }); },
  'missing value': (breakage) => { onOption(breakage, (option) => { option.values.pop(); }); },
  'one value more': (breakage) => { onOption(breakage, (option) => { option.values.push(breakage.random.pick(['x', '1', '--', '-', '!'])); }); },
  'attached value': (breakage) => {
    onOption(breakage, (option) => {
      const [first = '', ...rest] = option.values;
      option.spelling = `${option.spelling}=${first}`;
      option.values = rest;
    });
  },
  'misspelt option': (breakage) => { onOption(breakage, (option) => { option.spelling = misspell(option.spelling, breakage.random); }); },
  'abbreviated option': (breakage) => { onOption(breakage, (option) => { option.spelling = option.spelling.slice(0, 3 + breakage.random.below(option.spelling.length - 2)); }); },
  'option in capitals': (breakage) => { onOption(breakage, (option) => { option.spelling = option.spelling.toUpperCase(); }); },
  'one dash': (breakage) => { onOption(breakage, (option) => { option.spelling = option.spelling.slice(1); }); },
  'misspelt name': ({ use, random }) => {
    const name = use.loader.at(-1);
    if (name !== undefined) use.loader[use.loader.length - 1] = random.pick([misspell(name, random), name.toUpperCase(), name.toLowerCase(), '', `${name} `]);
  },
  'option of another': ({ draft, use, generator, random }) => {
    const other = generator.other(random.chance(0.7) ? 'match' : 'target', draft.family);
    if (other.options.length > 0) use.options.push(generator.option(random.pick(other.options), draft));
  },
  'option before its match': (breakage) => {
    const { use } = breakage;
    onOption(breakage, (option) => {
      use.options.splice(use.options.indexOf(option), 1);
      use.loader = [...optionWords(option), ...use.loader];
    });
  },
  'loaded twice': ({ draft, use, generator }) => { if (use.definition.kind === 'match') draft.matches.push(generator.use(use.definition, draft)); },
  'second target': ({ draft, generator, random }) => { draft.tail.push(random.pick(['-j', '-g', '--jump']), random.pick(['ACCEPT', 'LOG', 'own', generator.other('target', draft.family).name])); },
  'goto instead of jump': ({ draft, use }) => {
    if (use.definition.kind === 'target') use.loader[0] = '-g';
    else draft.verdict[0] = '-g';
  },
  'header option': ({ draft, random }) => {
    const [name, values] = random.pick<readonly [string, readonly string[]]>([
      ['-i', ['eth0', 'averyveryverylongname', '', '+', 'a/b', 'a b', 'eth0:1', '-']], ['-o', ['eth0', 'averyverylongnam', 'wlan++', '!', '*']],
      ['-s', ['10.0.0.1', '10.0.0.300', '2001:db8::1', '10.0.0.0/33', '10.0.0.1,10.0.0.2', '10.0.0.1-10.0.0.9', '', ',', '10.0.0.1,', '0/0', 'any', '10.0.0.0/255.0.255.0', '::1/129', ':::1', 'localhost']],
      ['-d', ['10.0.0.0/8', '10.0.0', '1.2.3.4/', '/24', '::', '2001:db8::/32,::1', '10.0.0.1 ', '-1', '0x0a000001', '012.0.0.1']],
      ['-c', ['10', '10 20', '-1', '10,20']], ['-f', []], ['-4', []], ['-6', []], ['-t', ['nat', 'filter']], ['-v', []], ['-n', []], ['-w', ['5']], ['-x', []], ['--line-numbers', []], ['--fragment', []], ['--modprobe', ['x']],
      ['--in-interface', ['lo']], ['--out-interf', ['lo']], ['--proto', ['tcp', 'udp']], ['--src', ['10.0.0.1', 'fe80::/10']], ['--dest', ['fe80::1']], ['-A', ['INPUT', 'own']], ['-D', ['INPUT', '1']], ['-P', ['INPUT']], ['-L', []], ['-Z', ['INPUT']], ['-S', []], ['-F', []], ['-N', ['other']], ['-E', ['INPUT']],
    ]);
    draft.header.set(name, { negated: random.chance(0.3), values: values.length === 0 ? [] : [random.pick(values)] });
  },
  'header behind': ({ draft }) => {
    for (const [name, { negated, values }] of draft.header) draft.tail.push(...(negated ? ['!'] : []), name, ...values);
    draft.header.clear();
  },
  'header between': ({ draft, use, random }) => {
    const words = [...draft.header].flatMap(([name, { negated, values }]) => [...(negated ? ['!'] : []), name, ...values]);
    draft.header.clear();
    const option = random.pick([undefined, ...use.options]);
    if (option === undefined) use.loader.push(...words);
    else option.values.push(...words);
  },
  'word between': ({ use, random }) => {
    const word = random.pick(['foo', '–p', '—-dport', '#', ';', '\\', '"', '\'x\'', '--', '-', '-Q', '--foo', '--foo=1', '$X', '&&', '|', 'and']);
    if (random.chance(0.5)) use.loader.unshift(word);
    else use.loader.push(word);
  },
};

