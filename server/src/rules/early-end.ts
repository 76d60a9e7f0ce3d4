import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

/** Mistakes behind it are reported as warnings: nothing reads them (`run.ts`). */
export default problemRule({
  code: 'early-end',
  refused: false,
  docs: page({
    what: 'Finds `-h`, `--help`, `-V` and `--version` in a ruleset.',
    why: 'iptables-restore prints its help or its version and stops there, with success: the table block that it stands in '
      + 'is not loaded, and nothing behind it is read. What follows is still looked at, but mistakes are only warnings.',
    example: ['-A INPUT -p icmp -h'],
    instead: ['-A INPUT -p icmp -j ACCEPT'],
  }),
});
