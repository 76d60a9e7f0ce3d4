import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { RULES } from '../../server/src/rules/rules.generated.ts';
import type { Finding } from '../../server/src/rules/rule.ts';
import { Diagnostics } from '../../server/src/rules/run.ts';
import { open } from '../unit/rules/check.ts';

const shared = fileURLToPath(new URL('../../../shared/', import.meta.url));
/** Larger files take long, and are written by programs in the style of smaller ones. */
const MOST_LINES = 90;

/** A file under its name. */
export interface Given {
  readonly title: string;
  readonly name: string;
  readonly text: string;
}

/** Damage by which administrators lock themselves out. */
const DAMAGE: Readonly<Record<string, (text: string) => string>> = {
  'as it is': (text) => text,
  'without ssh': (text) => text.replaceAll(/^.*INPUT.*--(?:dport|dports|destination-port) \S*(?:22|ssh).*-j ACCEPT.*\n/gmu, ''),
  'without answers': (text) => text.replaceAll(/^.*ESTABLISHED.*\n/gmu, ''),
  'without loopback': (text) => text.replaceAll(/^.*-[io] lo\b.*\n/gmu, ''),
  'without any accepting rule': (text) => text.replaceAll(/^.*-A (?:INPUT|OUTPUT)\b.*-j ACCEPT.*\n/gmu, ''),
  'with policies that drop': (text) => text.replaceAll(/^:(INPUT|OUTPUT) ACCEPT/gmu, ':$1 DROP').replaceAll(/-P (INPUT|OUTPUT) ACCEPT/gu, '-P $1 DROP'),
};

function damaged({ title, name, text }: Given): readonly Given[] {
  return Object.entries(DAMAGE).map(([how, damage]) => ({ title: `${title} ${how}`, name, text: damage(text) })).filter((each) => each.text !== text || each.title.endsWith('as it is'));
}

function corpus(list: string, nameOf: (row: { readonly family_guess?: string }) => string): readonly Given[] {
  if (!existsSync(`${shared}corpus/${list}`)) return [];
  return (JSON.parse(readFileSync(`${shared}corpus/${list}`, 'utf8')) as { readonly file: string; readonly family_guess?: string }[])
    .map((row) => ({ title: row.file, name: nameOf(row), text: readFileSync(`${shared}corpus/${row.file}`, 'utf8') }))
    .filter(({ text }) => text.split('\n').length < MOST_LINES);
}

function generated(): readonly Given[] {
  if (!existsSync(`${shared}gen_ruleset.py`)) return [];
  return ['mixed', 'kube', 'blocklist', 'host'].flatMap((profile) => [false, true].map((v6) => ({
    title: `gen_ruleset.py 80 7 ${profile}${v6 ? ' v6' : ''}`, name: v6 ? 'rules.v6' : 'rules.v4',
    text: execFileSync('python3', [`${shared}gen_ruleset.py`, '80', '7', '--profile', profile, ...v6 ? ['--v6'] : []], { encoding: 'utf8' }),
  })));
}

/** Files that others have written or programs have made, as they are and damaged; none where they do not stand beside the checkout. */
export function lockoutFiles(): readonly Given[] {
  const rulesets = corpus('rulesets.json', ({ family_guess }) => (family_guess === 'ip6' ? 'rules.v6' : 'rules.v4'));
  return [...rulesets, ...corpus('scripts.json', () => 'fw.sh'), ...generated()].flatMap(damaged);
}

const CHECKS = RULES.filter(({ code }) => code.startsWith('lockout-'));

/** The lockouts in a file, under the settings that nobody has changed. */
export const lockoutsIn = ({ text, name }: Omit<Given, 'title'>): readonly Finding[] => new Diagnostics(open(text, name), undefined, CHECKS).complete();
