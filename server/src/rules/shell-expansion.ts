import { bringsRule } from '../core/ruleset/legal-options.ts';
import type { BoundRule } from '../core/ruleset/model.ts';
import { commandsOf } from '../core/ruleset/script-command.ts';
import type { Argument, Line } from '../core/syntax/line.ts';
import { isWithin } from '../core/text.ts';
import { NO_REPORTS, defineRule } from './rule.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'shell-expansion',
  severity: 'information',
  docs: page({
    what: 'Finds rules and commands with a word that the script does not tell: a variable that it never sets, its own arguments, the output '
      + 'of another program. The first that depends on such a word speaks for all that do, and a comment that silences it silences them all.',
    why: 'The value is not known here, so nothing is said against the rule, and a simulated packet that gets to it may or '
      + 'may not match: both ways are followed. A variable with a default, `${OFFICE:-192.0.2.0/24}`, counts as having it, '
      + 'unless a file or command of which nothing is known may have set it.',
    example: ['#!/bin/sh', 'iptables -A INPUT -s $OFFICE -j ACCEPT'],
    instead: ['#!/bin/sh', 'OFFICE=192.0.2.0/24', 'iptables -A INPUT -s $OFFICE -j ACCEPT'],
  }),
  checkLine({ line, bound }) {
    if (bound?.unresolved === undefined) return NO_REPORTS;
    const argument = argumentsOf(line).find(({ unknown, raw }) => unknown === bound.unresolved || (unknown === undefined && raw === bound.unresolved));
    if (argument === undefined) return NO_REPORTS;
    const said = sayingOf(bound, argument, line.content.kind === 'rule');
    return [{ line, span: { start: argument.start, end: argument.end }, message: said(0), joint: { cause: `shell-expansion ${said(0)}`, message: said } }];
  },
});

/** What is said of a rule or command, and of so many others of its kind. */
function sayingOf({ command, table, unresolved }: BoundRule, argument: Argument, isRule: boolean): (others: number) => string {
  const unknown = `\`${unresolved}\`, which is not known`;
  const isRuleAdded = command === undefined ? isRule : bringsRule(command);
  if (!isRuleAdded) return (others) => `What this command${and(others)} ${others === 0 ? 'does' : 'do'} depends on ${unknown}.`;
  // All words of a command that is read from a text stand where that does.
  const place = [{ span: command?.chainSpan, name: command?.chain }, { span: table?.span, name: table?.name }].find(({ span, name }) => span !== undefined && name === argument.text && isWithin(span, argument));
  if (place === undefined) return (others) => (others === 0 ? `The rule depends on ${unknown}; it may match any packet or none.` : `This rule${and(others)} depend on ${unknown}; they may match any packet or none.`);
  return (others) => (others === 0 ? `Where the rule goes depends on ${unknown}; it may be in any chain that fits.` : `Where this rule${and(others)} go depends on ${unknown}; they may be in any chain that fits.`);
}

const and = (others: number): string => (others === 0 ? '' : ` and ${others} other${others === 1 ? '' : 's'}`);

function argumentsOf({ content }: Line): readonly Argument[] {
  return content.kind === 'command' ? commandsOf(content).flatMap((command) => command.arguments) : content.kind === 'rule' ? content.arguments : [];
}
