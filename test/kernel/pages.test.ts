import assert from 'node:assert/strict';
import { readIpsetSave } from '../../server/src/core/engine/facts/text.ts';
import type { HostFacts } from '../../server/src/core/engine/host.ts';
import { documentation } from '../../server/src/core/extensions/catalogue.ts';
import { MATCHES, TARGETS } from '../../server/src/core/extensions/catalogue.generated.ts';
import type { ExtensionDefinition } from '../../server/src/core/extensions/definition.ts';
import { HOOKS, type Backend } from '../../server/src/core/netfilter.ts';
import { BASE_OPTION_DOCS } from '../../server/src/features/support/base-option-docs.ts';
import { answersOf, difference, findingsOf, type Input } from '../conformance/verdict.ts';
import { BACKENDS, runScripts } from '../support/programs.ts';
import { describeWithPrograms } from './namespace.ts';

const KNOWN: ReadonlySet<string> = new Set([...HOOKS, ...TARGETS.flatMap(({ name, aliases = [] }) => [name, ...aliases])]);

/** A fenced example of a page, as a whole ruleset with the chains that it jumps to. */
function rulesetOf(example: string): string {
  const blocks = /^\*/mu.test(example) ? example.split(/^(?=\*)/mu) : [`*filter\n${example}COMMIT\n`];
  return blocks.map((block) => {
    const declared = [...block.matchAll(/^:(\S+)/gmu)].map(([, chain]) => chain!);
    const named = [...block.matchAll(/(?:^-A |-[jg] )([A-Za-z][\w-]*)/gmu)].map(([, chain]) => chain!);
    const missing = [...new Set(named)].filter((name) => !declared.includes(name) && !KNOWN.has(name));
    return block.replace('\n', `\n${missing.map((chain) => `:${chain} - [0:0]\n`).join('')}`);
  }).join('');
}

/** Commands that make the sets which the examples name, each as its options ask. */
const SETS: readonly string[] = [
  'create blocked hash:ip', 'create services bitmap:port range 0-65535', 'create knockers hash:ip timeout 600', 'create counted hash:ip counters', 'create nets hash:net',
  'create lists list:set', 'create classes hash:ip skbinfo',
];

const examplesOf = (definition: ExtensionDefinition): readonly string[] =>
  [...(documentation(definition) ?? '').matchAll(/^```\n([^]*?)^```$/gmu)].map(([, example]) => example!);

describeWithPrograms('examples of the pages of matches and targets', () => {
  it('are taken as check says for one of their families', async () => {
    const host: HostFacts = { ipsets: readIpsetSave(SETS.join('\n')) };
    const inputs = [...MATCHES, ...TARGETS].flatMap((definition) => examplesOf(definition).flatMap((example) => definition.families.map((family): Input & { readonly place: string } =>
      ({ place: `${definition.kind} ${definition.name}: ${example}`, family, ruleset: rulesetOf(example) }))));
    const answers = await answersOf(inputs, SETS);
    const right = new Set<string>();
    for (const [index, input] of inputs.entries()) {
      const findings = await findingsOf(input, host);
      if (!findings.some(({ severity }) => severity === 'error') && difference(findings, answers[index]!) === undefined) right.add(input.place);
    }
    const wrong = inputs.map((input, index) => ({ ...input, ...answers[index]!.said })).filter(({ place }) => !right.has(place));
    assert.deepEqual(wrong, []);
  });
});

describeWithPrograms('examples of iptables\' own options', () => {
  const examples = Object.entries(BASE_OPTION_DOCS).map(([name, { example }]) => ({ name, example }));
  for (const backend of BACKENDS) it(`are taken by iptables-${backend}`, async () => {
    const answers = await runScripts(examples.map(({ example }) => scriptOf(example, backend)));
    assert.deepEqual(examples.flatMap(({ name, example }, index) => (answers[index]!.status === 0 ? [] : [`${name}: ${example}: ${answers[index]!.output}`])), []);
  });
});

/** A command, or a rule in a ruleset, where the chain and the rule are that it speaks of. */
function scriptOf(example: string, backend: Backend): string {
  const program = `iptables-${backend}`;
  const fresh = [`${program} -F`, `${program} -X`, ...(example.includes('-N') ? [] : [`${program} -N LOGDROP`]), ...Array.from({ length: 3 }, () => `${program} -A INPUT -p tcp --dport 22 -j ACCEPT`)];
  const run = example.startsWith('-') ? `${program}-restore <<'END OF RULESET'\n*filter\n:FROM_OUTSIDE - [0:0]\n${example}\nCOMMIT\nEND OF RULESET` : example.replaceAll('iptables ', `${program} `);
  return [...fresh, run].join('\n');
}
