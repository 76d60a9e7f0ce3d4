import type { Line } from '../core/syntax/line.ts';
import { defineRule, type FileInContext, type Fix } from './rule.ts';
import { insert } from './support/edits.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'early-exit',
  severity: 'warning',
  docs: page({
    what: 'Finds the command of a script at which `set -e` ends it, because iptables refuses the command as things are then; and the one at '
      + 'which `set -u` ends it, or `${NAME:?}`, because the script has not set what it asks for.',
    why: 'Nothing behind the command runs: rules are missing, a policy is not set, and the host is left half configured. What a '
      + 'command finds depends on what the kernel held before; `# iptables-lens from=FILE` says what that was.',
    example: ['#!/bin/sh', 'set -e', 'iptables -X WEB', 'iptables -N WEB', 'iptables -A WEB -p tcp --dport 80 -j ACCEPT'],
    instead: ['#!/bin/sh', 'set -e', 'iptables -X WEB || true', 'iptables -N WEB', 'iptables -A WEB -p tcp --dport 80 -j ACCEPT'],
    fixes: 'Not safe: the script goes on whatever the reason of the failure is.',
  }),
  *checkFile(file) {
    const { failedAt, rulesets, unset } = file;
    if (unset !== undefined) {
      const { line, name } = unset;
      const left = commandsBehind(file, line);
      const span = { start: line.text.length - line.text.trimStart().length, end: line.text.trimEnd().length };
      if (left > 0) yield { line, span, message: `\`${name}\` is not set, and that ends the script here: ${neverRun(left)}.` };
      return;
    }
    const failure = failedAt && rulesets.flatMap(({ failures }) => failures).find(({ line, status }) => line === failedAt && status !== undefined);
    if (failedAt?.content.kind !== 'command' || failure === undefined) return;
    const { program } = failedAt.content;
    const left = commandsBehind(file, failedAt);
    if (left === 0) return;
    yield {
      line: failedAt, span: { start: program.start, end: program.end }, fixes: goOn(failedAt),
      message: `iptables refuses this with exit status ${failure.status}, and \`set -e\` ends the script here: ${neverRun(left)}.`,
    };
  },
});

const neverRun = (count: number): string => (count === 1 ? 'the command behind it never runs' : `${count} commands behind it never run`);

/** How many lines behind one have commands of which none runs: a function's stand before its call. */
function commandsBehind({ survey, rulesets, executed }: FileInContext, { number }: Line): number {
  const run = new Set<Line>();
  for (const { family } of rulesets) for (const { line } of executed(family)) if (line.number > number) run.add(line);
  let count = 0;
  for (const line of survey.of('command')) if (line.number > number && !run.has(line)) count++;
  return count;
}

function goOn(line: Line): Fix[] {
  const { content, text } = line;
  if (content.kind !== 'command' || content.rest !== undefined || content.others !== undefined) return [];
  return [{ title: 'Go on when it fails', safe: false, edits: [insert(line, text.trimEnd().length, ' || true')] }];
}
