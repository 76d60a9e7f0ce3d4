import type { RulesetDocument } from '../core/ruleset/document.ts';
import type { Ruleset } from '../core/ruleset/model.ts';
import { refusalsOf } from '../core/ruleset/refusals.ts';
import { visible } from './visible.ts';

/** What of the file iptables would not do, a line each for standard error. */
export function refusedLines(file: string, document: RulesetDocument, ruleset: Ruleset): readonly string[] {
  return refusalsOf(document, ruleset).map(({ line, message }) => visible(`${file}:${line.number + 1}: ${message}\n`));
}

/** Says on standard error where a script never comes to a command of the family. */
export function reportIdle(file: string, document: RulesetDocument, { family }: Ruleset): void {
  if (document.kind !== 'script' || document.linesOf(family).length > 0) return;
  process.stderr.write(`${file}: nothing here runs ${family === 'ipv4' ? 'iptables' : 'ip6tables'}\n`);
}
