import type { RulesetDocument } from './document.ts';
import type { SavedLine } from './save.ts';

/** Above this many lines with commands nobody would wait until a script has been followed once more. */
const MOST_LINES = 300;

/** The first arguments with which a script can be followed for itself: those that it asks for, where nobody says how it is called and it is short enough. */
export function runsOf(document: RulesetDocument): readonly string[] {
  return isShortScript(document) ? demandsOf(document) : [];
}

/** The first argument with which the commands of a physical line run, of those; the first one of several. */
export function runOfLine(document: RulesetDocument, row: number): string | undefined {
  if (!isShortScript(document)) return undefined;
  const line = document.lineAt(row)?.line;
  return document.conditionalCommands.find((command) => command.line === line && command.argument?.place === 1)?.argument?.value;
}

function isShortScript(document: RulesetDocument): boolean {
  if (document.kind !== 'script') return false;
  let count = 0;
  for (const { content } of document.lines) if (content.kind === 'command' && ++count > MOST_LINES) return false;
  return true;
}

/** The first arguments of a script for which commands of it ask that run with no other, as far as nobody says how it is called. */
function demandsOf(document: RulesetDocument): readonly string[] {
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
