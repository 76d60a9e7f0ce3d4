import type { Finding } from '../../server/src/rules/rule.ts';

/** What the programs make of an input. */
export type Outcome = 'accepted' | 'refused' | 'depending on the host';

/** One input as it was compared. */
export interface Reported {
  readonly group: string;
  readonly what: string;
  readonly outcome: Outcome;
  readonly difference: string | undefined;
  /** The programs' own words. */
  readonly said: string;
  readonly findings: readonly Finding[];
}

const OUTCOMES: readonly Outcome[] = ['accepted', 'refused', 'depending on the host'];

/** Prints how many inputs agree, the groups where not all do (all of them where `verbose`), and every disagreement. */
export function print(title: string, all: readonly Reported[], verbose: boolean): void {
  console.log(`\n${title}: ${all.length} inputs`);
  for (const outcome of OUTCOMES) printOutcome(outcome, all.filter((each) => each.outcome === outcome), verbose);
  const wrong = all.filter(({ difference }) => difference !== undefined);
  console.log(wrong.length === 0 ? '  no disagreement' : `  ${wrong.length} disagreements:`);
  for (const each of wrong) console.log(describe(each));
  if (verbose) for (const each of all.filter(({ outcome }) => outcome === 'depending on the host')) console.log(`  depends on the host: ${describe(each)}`);
}

function printOutcome(outcome: Outcome, all: readonly Reported[], verbose: boolean): void {
  if (all.length === 0) return;
  const agree = agreeing(all);
  console.log(`  ${outcome}: ${agree} of ${all.length} agree (${((100 * agree) / all.length).toFixed(2)} %)`);
  for (const group of [...new Set(all.map((each) => each.group))].sort()) {
    const members = all.filter((each) => each.group === group);
    if (verbose || agreeing(members) < members.length) console.log(`    ${group}: ${agreeing(members)} of ${members.length}`);
  }
}

const agreeing = (all: readonly Reported[]): number => all.filter(({ difference }) => difference === undefined).length;

function describe({ group, what, difference, said, findings }: Reported): string {
  const ours = findings.slice(0, 4).map(({ severity, code, message, line }) => `\n      we: ${line.number + 1}: ${severity} ${code}: ${message}`).join('');
  return `  ${group}: ${what}${difference === undefined ? '' : `\n      ${difference}`}\n      iptables: ${said.split('\n').filter((line) => line.trim() !== '' && !/^(?:Try|Error occurred)/u.test(line)).slice(0, 3).join(' ') || '(nothing)'}${ours}`;
}
