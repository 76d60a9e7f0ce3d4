import { stackOf } from '../core/netfilter.ts';
import type { Line } from '../core/syntax/line.ts';
import type { Table } from '../core/ruleset/model.ts';
import { defineRule, type FileInContext, type Fix } from './rule.ts';
import { insertBelow } from './support/edits.ts';
import { leading } from './support/lockout/rule-text.ts';
import { page } from './support/page.ts';
import { hasMore, scriptCommands, type ScriptCommand } from './support/script.ts';

export default defineRule({
  code: 'unreset-policy',
  severity: 'information',
  docs: page({
    what: 'Finds scripts that flush the table `filter` and set it up anew without setting a policy.',
    why: '`-F` deletes rules and leaves policies as they are. What happens to packets that no rule decides then depends on '
      + 'what ran before: a script that was tried out behind `-P INPUT DROP` behaves differently after a reboot.',
    example: ['#!/bin/sh', 'iptables -F', 'iptables -A INPUT -p tcp --dport 22 -j ACCEPT'],
    instead: ['#!/bin/sh', 'iptables -F', 'iptables -P INPUT ACCEPT', 'iptables -P FORWARD ACCEPT', 'iptables -P OUTPUT ACCEPT', 'iptables -A INPUT -p tcp --dport 22 -j ACCEPT'],
    fixes: 'Not safe: the policies are those of a kernel that was never told any, and `DROP` may have been meant.',
  }),
  *checkFile(file) {
    for (const ruleset of file.rulesets) {
      const commands = scriptCommands(file, stackOf(ruleset));
      const flush = commands.of('flush').find(({ command, table }) => table === 'filter' && command.chain === undefined);
      if (flush === undefined || commands.of('policy').some(({ table }) => table === 'filter')) continue;
      const added = commands.firstAddedTo('filter');
      if (added === undefined || added.place < flush.place || commands.all.some(({ table, line }) => table === 'filter' && hasUnread(line))) continue;
      yield {
        line: flush.line, span: flush.command.span, fixes: setPolicies(file, flush, ruleset.tables.get('filter')),
        message: 'This deletes the rules and leaves the policies as whatever ran before has set them; set them with `-P`.',
      };
    }
  },
});

/** Says the policies behind the flush, as the flush is said. */
function setPolicies(file: FileInContext, { line, bound }: ScriptCommand, table: Table | undefined): Fix[] {
  if (table === undefined || hasMore(file, line)) return [];
  const chains = [...table.chains.values()].filter(({ builtIn }) => builtIn);
  const lines = chains.map(({ name, policy }) => `${leading(bound, 'filter')}-P ${name} ${policy}`);
  return [{ title: 'Set the policies behind it', safe: false, edits: [insertBelow(line, lines.join(line.eol || '\n'))] }];
}

/** Whether another command stands behind the one that is read. */
const hasUnread = ({ content }: Line): boolean => content.kind === 'command' && content.rest?.raw.includes('tables') === true;
