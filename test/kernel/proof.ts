// Says match by match and target by target what is held against the kernel, and how; docs/proof.md is its output.
//   node --import tsx test/kernel/proof.ts          prints the page
//   node --import tsx test/kernel/proof.ts --write  writes it, and its summary into the README
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ExtensionDefinition } from '../../server/src/core/extensions/definition.ts';
import { caseFiles } from '../support/cases.ts';
import { hitFiles } from '../support/hits.ts';
import { UNSEEN } from '../support/unseen.ts';
import { conversations } from './conversations.ts';
import { generateRuleset } from './generate.ts';
import type { OracleRequest } from './protocol.ts';
import { Random } from './random.ts';
import { familyOf, SEEDS } from './seeds.ts';

export const PAGE = fileURLToPath(new URL('../../docs/proof.md', import.meta.url));
export const README = fileURLToPath(new URL('../../README.md', import.meta.url));

/** How an extension is held against the kernel. */
interface Proof {
  readonly definition: ExtensionDefinition;
  /** Rules that use it in the random rulesets that `npm test` runs. */
  readonly random: number;
  /** Rules that use it in scenarios and requests made by hand. */
  readonly worked: number;
  /** Whether the kernel that the cases are written on has it at all. */
  readonly isLoaded: boolean;
  /** What its answer depends on that no packet and no host fact tells. */
  readonly open: readonly string[];
}

/** Every match and target of the catalogue, with its proof. */
export function proofs(): readonly Proof[] {
  const random = randomRules();
  const worked = workedRules();
  return caseFiles().map(({ definition, cases }): Proof => ({
    definition, random: count(random, definition), worked: count(worked, definition), isLoaded: !cases.every(({ unloaded }) => unloaded),
    open: UNSEEN.filter(([rule, , question]) => uses(rule, definition) && /^[a-z]/u.test(question)).map(([, , question]) => question.replace(/^not: /u, '')),
  }));
}

function randomRules(): readonly string[] {
  const rulesets = Array.from({ length: SEEDS.cases }, (_, index) => generateRuleset(new Random(index + 1), familyOf(index + 1)));
  const timed = Array.from({ length: SEEDS.timed }, (_, index) => generateRuleset(new Random(index + 1), familyOf(index + 1), { timed: true }));
  const nat = Array.from({ length: SEEDS.nat }, (_, index) => generateRuleset(new Random(index + 1), familyOf(index + 1), { nat: true }));
  return rulesOf([...rulesets, ...timed, ...nat].join(''));
}

function workedRules(): readonly string[] {
  const requests = JSON.parse(readFileSync(new URL('./worked.json', import.meta.url), 'utf8')) as readonly OracleRequest[];
  const scenarios = hitFiles().flatMap(({ scenarios: each }) => each.map(({ ruleset }) => ruleset));
  return rulesOf([...[...requests, ...conversations()].map(({ ruleset }) => ruleset), ...scenarios].join('\n'));
}

const rulesOf = (text: string): readonly string[] => text.split('\n').filter((line) => line.startsWith('-A'));

const count = (rules: readonly string[], definition: ExtensionDefinition): number => rules.filter((rule) => uses(rule, definition)).length;

/** Whether a rule names the extension; `-p tcp` with an option of tcp names the match too. */
function uses(rule: string, { kind, name, aliases = [] }: ExtensionDefinition): boolean {
  const names = [name, ...aliases].join('|');
  if (kind === 'target') return new RegExp(`-j (${names})( |$)`, 'u').test(rule);
  return new RegExp(`-m (${names})( |$)`, 'u').test(rule) || new RegExp(`-p (${names}) (! )?--`, 'u').test(rule);
}

const isProven = ({ random, worked }: Proof): boolean => random + worked > 0;

const FAMILIES = { ipv4: 'IPv4', ipv6: 'IPv6' } as const;

function row({ definition: { name, families }, random, worked, open }: Proof): string {
  const [first, ...more] = open;
  const left = first === undefined ? '' : `whether ${first}${more.length === 0 ? '' : ', and the like'}`;
  return `| \`${name}\` | ${families.map((family) => FAMILIES[family]).join(', ')} | ${random || ''} | ${worked || ''} | ${left} |`;
}

function table(title: string, all: readonly Proof[]): string {
  return `| ${title} | families | random rules | rules by hand | left open |\n|---|---|---|---|---|\n${all.map(row).join('\n')}\n`;
}

/** The page as Markdown. */
export function page(): string {
  const all = proofs();
  const of = (kind: ExtensionDefinition['kind']): readonly Proof[] => all.filter((proof) => proof.definition.kind === kind && isProven(proof));
  const rest = all.filter((proof) => !isProven(proof));
  const unproven = rest.map(({ definition, isLoaded }) => `| \`${definition.name}\` | ${isLoaded ? 'iptables-nft refuses it, and the tests load each rule with both back ends' : 'the kernel of the tests does not have it, or wants an object that is not there'} |`);
  return `# What is held against the kernel

This page is written by \`node --import tsx test/kernel/proof.ts --write\` out of the tests themselves. \`npm test\` loads
these rules with iptables-legacy and with iptables-nft, sends packets through them, and compares with the simulator every
rule's hit, the verdict, what is sent back and the packet as it leaves: ${SEEDS.cases} random rulesets with ${SEEDS.packets} packets each,
${SEEDS.nat} that are mostly about NAT, ${SEEDS.routes} on hosts with many addresses, routes and routing rules, ${SEEDS.timed} whose packets come over seconds, TCP connections of random segments, and rules by hand with the packets that meet them.

"Left open" is what no packet and no fact about the host tells. There the simulator follows both courses and names the
question; the kernel's course has to be one of them.

## Matches

${table('match', of('match'))}
## Targets

${table('target', of('target'))}
## Modelled, but not held against the kernel

| extension | why |
|---|---|
${unproven.join('\n')}

## Known to be otherwise in the kernel

- \`connlimit\` does not look who is on its list twice within one tick of the kernel's clock. The simulator takes one packet's way for
  one tick, and two packets for packets of two.
- A frame that a packet socket or tc puts on \`lo\` meets nat in PREROUTING and INPUT. The simulator takes what comes in by \`lo\` for what
  this host has sent, which nat has seen on its way out.
- Of IPv4 options the simulator knows no more than that a packet has some, which LOG tells. Those that no router fills in change
  nothing but the length and where \`u32\` and \`bpf\` find bytes, which is held against the kernel. Where a route or time is to be
  recorded, REJECT stays silent, and wrong options end a packet behind PREROUTING; the simulator knows of neither.
- Packets here have no sequence numbers. Where the kernel goes by them, as when it lets an entry live no longer than 300
  seconds behind the same ACK four times, the simulator takes each segment for one that fits.
`;
}

/** The page in one table of names, for the README. */
export function summary(): string {
  const all = proofs();
  const names = (kind: ExtensionDefinition['kind'], isOf: (proof: Proof) => boolean): string =>
    all.filter((proof) => proof.definition.kind === kind && isOf(proof)).map(({ definition: { name } }) => `\`${name}\``).join(' ');
  const line = (title: string, isOf: (proof: Proof) => boolean): string => `| ${title} | ${names('match', isOf)} | ${names('target', isOf)} |`;
  return [
    '| | matches | targets |', '|---|---|---|',
    line('proven against the kernel', (proof) => isProven(proof) && proof.open.length === 0),
    line('proven; "it depends" where neither packet nor host fact tells', (proof) => isProven(proof) && proof.open.length > 0),
    line('modelled without proof, for the reasons on that page', (proof) => !isProven(proof)),
  ].join('\n');
}

const SUMMARY = /(?<=<!-- written by test\/kernel\/proof\.ts -->\n)[^]*?(?=\n<!-- end -->)/u;

/** The README with the summary in its place. */
export const withSummary = (readme: string): string => readme.replace(SUMMARY, summary);

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--write')) {
    writeFileSync(PAGE, page());
    writeFileSync(README, withSummary(readFileSync(README, 'utf8')));
  } else process.stdout.write(page());
}
