// How far our yes and no agree with iptables' own, on real rules and rulesets with the real tool's answers.
//   npm run conformance [-- --verbose] [CORPUS-FOLDER]
// The corpus is third-party material that stands beside the checkout, not in it; without it there is nothing to compare.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Family } from '../../server/src/core/netfilter.ts';
import type { Finding } from '../../server/src/rules/rule.ts';
import { Diagnostics } from '../../server/src/rules/run.ts';
import { openDocument } from '../support/document.ts';

const { values, positionals } = parseArgs({ allowPositionals: true, options: { verbose: { type: 'boolean', default: false } } });
const corpus = positionals[0] ?? fileURLToPath(new URL('../../../shared/corpus/', import.meta.url));
if (!existsSync(corpus)) {
  console.log(`SKIPPED: there is no corpus at ${corpus}`);
  process.exit(0);
}

interface Answer {
  readonly test_ok: boolean;
  readonly load_ok: boolean;
  readonly test_err?: string;
  readonly load_err?: string;
}

interface CorpusRule {
  readonly file: string;
  readonly line: number;
  readonly table: string;
  readonly chains: readonly string[];
  readonly rule: string;
  readonly real: Readonly<Record<'nft' | 'legacy', Readonly<Partial<Record<'ip' | 'ip6', Answer>>>>>;
}

/** Refusals that say something about the machine, not about the rule. */
const MACHINE = /missing kernel module|not supported, missing|No such device|nfacct object|set .* doesn't exist|Set .* doesn't exist|revision 0 not supported/u;

/** What both back ends say: accepted by one of them, refused by both, or nothing to be learnt. */
function verdictOf(nft: Answer, legacy: Answer): 'accepted' | 'refused' | 'unclear' {
  if (nft.load_ok || legacy.load_ok) return 'accepted';
  const errors = [nft, legacy].map((answer) => `${answer.test_err ?? ''} ${answer.load_err ?? ''}`).join(' ');
  return MACHINE.test(errors) ? 'unclear' : 'refused';
}

async function findings(text: string, family: Family): Promise<Finding[]> {
  const document = await openDocument(text, family === 'ipv6' ? 'rules.v6' : 'rules.v4');
  return new Diagnostics(document).findings().filter(({ severity }) => severity === 'error');
}

const tally = new Map<string, { agree: number; all: number }>();
const disagreements: string[] = [];
function count(group: string, agrees: boolean, what: string): void {
  const entry = tally.get(group) ?? { agree: 0, all: 0 };
  entry.all++;
  if (agrees) entry.agree++;
  else disagreements.push(`${group}: ${what}`);
  tally.set(group, entry);
}

for (const text of readFileSync(path.join(corpus, 'rules.jsonl'), 'utf8').split('\n').filter(Boolean)) {
  const rule = JSON.parse(text) as CorpusRule;
  for (const [short, family] of [['ip', 'ipv4'], ['ip6', 'ipv6']] as const) {
    const { nft: { [short]: nft }, legacy: { [short]: legacy } } = rule.real;
    if (nft === undefined || legacy === undefined) continue;
    const verdict = verdictOf(nft, legacy);
    if (verdict === 'unclear') continue;
    const errors = await findings(`*${rule.table}\n-A ${rule.chains[0]} ${rule.rule}\nCOMMIT\n`, family);
    const agrees = (errors.length > 0) === (verdict === 'refused');
    const ours = errors.length > 0 ? `${errors[0]!.code}: ${errors[0]!.message}` : 'no error';
    const theirs = verdict === 'refused' ? (nft.load_err ?? nft.test_err ?? 'refused').split('\n')[0] : 'accepted';
    count(`rules of ${rule.file} ${verdict}`, agrees, `${short} ${rule.table} ${rule.chains[0]} \`${rule.rule}\`\n      iptables: ${theirs}\n      we: ${ours}`);
  }
}

interface CorpusRuleset {
  readonly file: string;
  readonly family_guess: 'ip' | 'ip6';
  readonly loads_nft: boolean;
  readonly loads_legacy: boolean;
  readonly templated: boolean;
  readonly error: string | null;
}

for (const ruleset of JSON.parse(readFileSync(path.join(corpus, 'rulesets.json'), 'utf8')) as CorpusRuleset[]) {
  if (ruleset.templated) continue;
  const accepted = ruleset.loads_nft || ruleset.loads_legacy;
  const errors = await findings(readFileSync(path.join(corpus, ruleset.file), 'utf8'), ruleset.family_guess === 'ip6' ? 'ipv6' : 'ipv4');
  const ours = errors.slice(0, 3).map(({ line, code, message }) => `\n      we: ${line.number + 1}: ${code}: ${message}`).join('');
  count(`rulesets ${accepted ? 'accepted' : 'refused'}`, (errors.length > 0) === !accepted, `${ruleset.file} ${ruleset.error ?? ''}${ours}`);
}

for (const outcome of ['accepted', 'refused']) {
  const groups = [...tally].filter(([group]) => group.endsWith(outcome));
  const sum = groups.reduce((total, [, { agree, all }]) => ({ agree: total.agree + agree, all: total.all + all }), { agree: 0, all: 0 });
  console.log(`${outcome}: ${sum.agree} of ${sum.all} agree (${((100 * sum.agree) / sum.all).toFixed(2)} %)`);
  for (const [group, { agree, all }] of groups.sort(([a], [b]) => a.localeCompare(b))) if (values.verbose || agree < all) console.log(`  ${group}: ${agree} of ${all}`);
}
console.log(disagreements.length === 0 ? 'no disagreement' : `\n${disagreements.length} disagreements:\n${disagreements.map((each) => `  ${each}`).join('\n')}`);
