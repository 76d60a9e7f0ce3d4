import type { BoundLine } from '../core/ruleset/bound-line.ts';
import { stackOf } from '../core/netfilter.ts';
import type { BoundRule, Ruleset } from '../core/ruleset/model.ts';
import { defineRule, type FileInContext, type Fix } from './rule.ts';
import { insertBelow } from './support/edits.ts';
import { page } from './support/page.ts';
import { scriptCommands } from './support/script.ts';

export default defineRule({
  code: 'unchecked-failure',
  severity: 'hint',
  docs: page({
    what: 'Finds rules that accept and that iptables refuses, in a script that goes on all the same and then closes the chain by '
      + 'its policy. One finding speaks for the whole file.',
    why: 'A shell goes on behind a command that fails. Here it goes on to a `DROP` without the rule that was to let something '
      + 'through. With `set -e` the script ends before, with the host as open as it was.',
    example: ['#!/bin/sh', 'iptables -F INPUT', 'iptables -A INPUT -j ADMIN', 'iptables -P INPUT DROP'],
    instead: ['#!/bin/sh', 'set -e', 'iptables -F INPUT', 'iptables -A INPUT -j ADMIN', 'iptables -P INPUT DROP'],
    fixes: 'Not safe: the script ends at every other command that fails, too.',
  }),
  *checkFile(file) {
    const [first] = file.lines;
    if (file.kind !== 'script' || first?.text.startsWith('#!') !== true) return;
    for (const ruleset of file.rulesets) {
      const found = lostBeforeDrop(file, ruleset);
      if (found === undefined) continue;
      const { line, bound } = found;
      const fix: Fix = { title: 'End the script at the first failure', safe: false, edits: [insertBelow(first, 'set -e')] };
      yield { line, span: bound!.command!.span, fixes: [fix], message: `The script goes on when this fails, and then closes ${bound!.command!.chain!} by its policy; with \`set -e\` it would end here.` };
      return;
    }
  },
});

/** The first rule that fails before the policy of its chain becomes DROP, where nothing else provides for it. */
function lostBeforeDrop(file: FileInContext, ruleset: Ruleset): BoundLine | undefined {
  const failed = new Set(ruleset.failures.filter(({ status }) => status !== undefined).map(({ line }) => line));
  if (failed.size === 0) return undefined;
  const stack = stackOf(ruleset);
  const closing = scriptCommands(file, stack).of('policy').filter(({ line, bound }) => closes(bound) && !failed.has(line));
  const lastOf = new Map(closing.map(({ command: { chain }, place }) => [chain, place]));
  const last = closing.at(-1)?.place ?? 0;
  return file.executed(stack).slice(0, last).find((each, place) => failed.has(each.line) && each.asked !== true && addsRule(each) && place < (lastOf.get(each.bound!.command!.chain) ?? 0));
}

const addsRule = ({ bound }: BoundLine): boolean => bound?.command?.kind === 'append' || bound?.command?.kind === 'insert';

const closes = ({ unresolved, command }: BoundRule): boolean => unresolved === undefined && command!.argument?.text === 'DROP';
