import { defineRule } from './rule.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'unreadable-start',
  severity: 'error',
  docs: page({
    what: 'Finds files named by `# iptables-lens from=FILE` that can\'t be read, hold no ruleset or are one too many for their '
      + 'family. A file that the setting `iptables-lens.startFrom` names is only warned of.',
    why: 'The comment says what the kernel holds before the first line. Without the file everything is said of a kernel that holds '
      + 'nothing: commands seem to fail for chains and rules that they expect. Paths count from the folder of the file that names them.',
    example: ['#!/bin/sh', '# iptables-lens from=no-such-file.v4', 'iptables -I INPUT -p tcp --dport 443 -j ACCEPT'],
    instead: ['#!/bin/sh', 'iptables -I INPUT -p tcp --dport 443 -j ACCEPT'],
  }),
  *checkFile({ lines, startProblems }) {
    for (const { line, span, message } of startProblems) {
      const [first] = lines;
      if (line !== undefined) yield { line, span, message };
      else if (first !== undefined) yield { line: first, span, severity: 'warning', message: `${message} The setting \`iptables-lens.startFrom\` names it.` };
    }
  },
});
