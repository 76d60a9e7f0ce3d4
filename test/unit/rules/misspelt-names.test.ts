import { strict as assert } from 'node:assert';
import { matchesOf, spellings, targetsOf } from '../../../server/src/core/extensions/catalogue.ts';
import { protocolsOf, type ExtensionDefinition } from '../../../server/src/core/extensions/definition.ts';
import { BUILT_IN_CHAINS, TABLE_NAMES, VERDICTS, type Family } from '../../../server/src/core/netfilter.ts';
import { protocol } from '../../../server/src/core/values/protocol.ts';
import type { ValueType } from '../../../server/src/core/values/value.ts';
import { Diagnostics } from '../../../server/src/rules/run.ts';
import { open } from './check.ts';

/** What comes of mistyping: a letter left out, doubled, changed for another, two changed about. */
const MISTAKES: readonly ((name: string, at: number) => string)[] = [
  (name, at) => name.slice(0, at) + name.slice(at + 1),
  (name, at) => name.slice(0, at) + name[at]! + name.slice(at),
  (name, at) => `${name.slice(0, at)}${name[at] === 'x' ? 'y' : 'x'}${name.slice(at + 1)}`,
  (name, at) => name.slice(0, at - 1) + name[at]! + name[at - 1]! + name.slice(at + 1),
];

const misspellings = (name: string): string[] => MISTAKES.map((make) => make(name, Math.floor(name.length / 2))).filter((wrong) => wrong !== name);

/** Of shorter names every misspelling is as near to another. */
const LONG_ENOUGH = 4;

/** A line for each name, which is misspelt in it; the mistakes take turns. */
const misspelt = (names: readonly string[], line: (name: string) => string): string[] => names.filter(({ length }) => length >= LONG_ENOUGH)
  .map((name, index) => [name, MISTAKES[index % MISTAKES.length]!(name, Math.floor(name.length / 2))] as const).filter(([name, wrong]) => name !== wrong).map(([, wrong]) => line(wrong));

/** The lines of a table that are refused without a word about a name that is near. */
function untold(lines: readonly string[], family: Family, { head = '*filter', code }: { readonly head?: string; readonly code?: string } = {}): string[] {
  const document = open(`${head}\n${lines.join('\n')}\nCOMMIT\n`, family === 'ipv4' ? 'rules.v4' : 'rules.v6');
  const said = new Map<number, string[]>();
  const before = head.split('\n').length;
  for (const { severity, line, message, code: found } of new Diagnostics(document).findings()) {
    if (severity === 'error' && (code === undefined || code === found)) said.set(line.number - before, [...said.get(line.number - before) ?? [], message]);
  }
  return lines.map((line, index) => ({ line, messages: said.get(index) })).filter(({ messages }) => messages !== undefined && !messages.some((message) => /did you mean `|could be `|is one of `/iu.test(message)))
    .map(({ line, messages }) => `${line}: ${messages!.join(' ')}`);
}

const FAMILIES: readonly Family[] = ['ipv4', 'ipv6'];

/** Every extension once: for IPv6 those that IPv4 lacks. */
const own = (family: Family): readonly ExtensionDefinition[] => [...matchesOf(family), ...targetsOf(family)].filter(({ families }) => families[0] === family);

describe('misspelt names', () => {
  it('of tables', () => {
    for (const name of TABLE_NAMES) for (const wrong of misspellings(name)) assert.deepEqual(untold([], 'ipv4', { head: `*${wrong}` }), []);
  });

  it('of chains', () => {
    for (const table of TABLE_NAMES) assert.deepEqual(untold(misspelt(BUILT_IN_CHAINS[table], (name) => `-A ${name} -j ACCEPT`), 'ipv4', { head: `*${table}` }), []);
    assert.deepEqual(untold(misspelt(['BLOCKED'], (name) => `-A INPUT -j ${name}`), 'ipv4', { head: '*filter\n:BLOCKED - [0:0]' }), []);
    assert.deepEqual(untold(misspelt(['BLOCKED'], (name) => `-A ${name} -j DROP`), 'ipv4', { head: '*filter\n:BLOCKED - [0:0]' }), []);
  });

  it('are not looked for where the word is one letter, to which every other one is as near', () => {
    for (const [chain, isNear] of [['B', false], ['b', true], ['AB', true]] as const) {
      const findings = new Diagnostics(open(`*filter\n:A - [0:0]\n:${chain === 'b' ? 'B' : 'AA'} - [0:0]\n-A INPUT -j ${chain}\nCOMMIT\n`)).findings();
      assert.equal(findings.some(({ severity, message }) => severity === 'error' && /did you mean/iu.test(message)), isNear, chain);
    }
  });

  for (const family of FAMILIES) {
    it(`of verdicts, matches and targets for ${family}`, () => {
      assert.deepEqual(untold(misspelt([...VERDICTS, ...targetsOf(family).map(({ name }) => name)], (name) => `-A INPUT -j ${name}`), family), []);
      assert.deepEqual(untold(misspelt(matchesOf(family).map(({ name }) => name), (name) => `-A INPUT -m ${name}`), family), []);
    });

    it(`of protocols for ${family}`, () => {
      const names = protocol.complete!({ family }).map(({ text }) => text);
      assert.deepEqual(untold(misspelt(names, (name) => `-A INPUT -p ${name} -j ACCEPT`), family), []);
    });

    it(`of options for ${family}`, () => {
      assert.deepEqual(own(family).flatMap((definition) => untold(ofOptions(definition, family), family, { code: 'unknown-option' })), []);
    });

    it(`of values for ${family}`, () => {
      const known = new Set<ValueType<unknown>>();
      assert.deepEqual(own(family).flatMap((definition) => untold(ofValues(definition, family, known), family, { code: 'invalid-value' })), []);
    });
  }
});

const load = (definition: ExtensionDefinition, family: Family): string => {
  const [needed] = protocolsOf(definition, family) ?? [];
  return `-A INPUT${needed === undefined ? '' : ` -p ${needed}`} ${definition.kind === 'match' ? '-m' : '-j'} ${definition.name}`;
};

const ofOptions = (definition: ExtensionDefinition, family: Family): string[] =>
  misspelt(definition.options.filter((spec) => spec.family !== undefined ? spec.family === family : true).flatMap(spellings), (name) => `${load(definition, family)} --${name}`);

function ofValues(definition: ExtensionDefinition, family: Family, known: Set<ValueType<unknown>>): string[] {
  const lines = definition.options.flatMap((spec) => spec.values.map((type, index) => ({ spec, type, index }))).filter(({ type }) => !known.has(type)).map(({ spec, type, index }) => {
    known.add(type);
    const words = (type.complete?.({ family, protocol: protocolsOf(definition, family)?.[0] }) ?? []).map(({ text }) => text).filter((text) => /^[A-Za-z]\w+$/u.test(text));
    const others = spec.values.map(() => 'SYN');
    return misspelt(words.slice(0, MOST), (word) => `${load(definition, family)} --${spec.name} ${others.with(index, word).join(' ')}`);
  });
  return lines.flat();
}

/** Names that are tried of one list; services are many. */
const MOST = 60;
