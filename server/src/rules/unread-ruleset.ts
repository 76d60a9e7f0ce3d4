import type { BoundLine } from '../core/ruleset/bound-line.ts';
import { defineRule } from './rule.ts';
import { page } from './support/page.ts';
import { textSpan } from './support/edits.ts';

export default defineRule({
  code: 'unread-ruleset',
  severity: 'information',
  docs: page({
    what: 'Finds runs of iptables-restore in scripts whose input the script does not tell: a file that is not beside it, the '
      + 'output of another program.',
    why: 'Afterwards every table may hold anything, so whatever is said of the lines behind it depends on that input. A file '
      + 'that stands in the script\'s folder is read, named by a relative path, by `$(dirname "$0")` or by the path of that folder.',
    example: ['#!/bin/sh', 'iptables-restore < /etc/iptables/rules.v4', 'iptables -A INPUT -p tcp --dport 22 -j ACCEPT'],
    instead: ['#!/bin/sh', "iptables-restore <<'RULES'", '*filter', ':INPUT ACCEPT [0:0]', 'COMMIT', 'RULES', 'iptables -A INPUT -p tcp --dport 22 -j ACCEPT'],
  }),
  *checkFile(file) {
    if (file.kind !== 'script') return;
    for (const stack of file.stacks) {
      for (const { line, unknownInput } of file.executed(stack).filter(isUnknown)) {
        yield { line, span: textSpan(line), message: `What this loads depends on \`${unknownInput!}\`, which is not known; so does what is said of the lines behind it.` };
      }
    }
  },
});

const isUnknown = ({ unknownInput }: BoundLine): boolean => unknownInput !== undefined;
