import type { Line } from '../core/syntax/line.ts';
import { defineRule } from './rule.ts';
import { page } from './support/page.ts';
import { scriptCommands } from './support/script.ts';

export default defineRule({
  code: 'unreset-policy',
  severity: 'information',
  docs: page({
    what: 'Finds scripts that flush the table `filter` and set it up anew without setting a policy.',
    why: '`-F` deletes rules and leaves policies as they are. What happens to packets that no rule decides then depends on '
      + 'what ran before: a script that was tried out behind `-P INPUT DROP` behaves differently after a reboot.',
    example: ['#!/bin/sh', 'iptables -F', 'iptables -A INPUT -p tcp --dport 22 -j ACCEPT'],
    instead: ['#!/bin/sh', 'iptables -F', 'iptables -A INPUT -p tcp --dport 22 -j ACCEPT', 'iptables -P INPUT DROP', 'iptables -P FORWARD DROP', 'iptables -P OUTPUT ACCEPT'],
  }),
  *checkFile(file) {
    for (const { family } of file.rulesets) {
      const commands = scriptCommands(file, family).filter(({ table }) => table === 'filter');
      const flush = commands.find(({ command }) => command.kind === 'flush' && command.chain === undefined);
      const added = commands.find(({ command }) => command.kind === 'append' || command.kind === 'insert');
      if (flush === undefined || added === undefined || commands.indexOf(added) < commands.indexOf(flush)) continue;
      if (commands.some(({ command, line }) => command.kind === 'policy' || hasUnread(line))) continue;
      yield {
        line: flush.line, span: flush.command.span,
        message: 'This deletes the rules and leaves the policies as whatever ran before has set them; set them with `-P`.',
      };
    }
  },
});

/** Whether another command stands behind the one that is read. */
const hasUnread = ({ content }: Line): boolean => content.kind === 'command' && content.rest?.raw.includes('tables') === true;
