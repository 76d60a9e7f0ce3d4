import type { RulesetDocument } from './document.ts';
import type { SavedLine } from './save.ts';

/** The first arguments of a script for which commands of it ask that run with no other, as far as nobody says how it is called. */
export function demandsOf(document: RulesetDocument): readonly string[] {
  const values = new Set<string>();
  for (const { argument } of document.conditionalCommands) if (argument?.place === 1) values.add(argument.value);
  return [...values];
}

/** Comments for the top of a saved ruleset that depends on how its script is called. */
export function demandNotes(document: RulesetDocument): readonly SavedLine[] {
  const [first, ...others] = demandsOf(document);
  if (first === undefined) return [];
  const choice = others.length === 0 ? `\`${first}\`` : `\`${[first, ...others.slice(0, -1)].join('`, `')}\` or \`${others.at(-1)!}\``;
  return [
    { text: `# What is here depends on the script's first argument, such as ${choice}. To follow the script as it is run with one:` },
    { text: `# write \`# iptables-lens args=${first}\` into it, or \`-- ${first}\` behind its name on the command line.` },
  ];
}
