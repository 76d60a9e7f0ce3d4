import { defineRule } from './rule.ts';
import { classReportsOf, reportsOf } from './support/expectations.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'expectation-undecided',
  severity: 'warning',
  docs: page({
    what: 'Reports `# expect` comments whose packet can fare both ways, because that depends on something that the file does '
      + 'not say, such as what the packet carries or the members of a set.',
    why: 'What can\'t be decided can\'t be relied on. Say more about the packet, or state facts about the host in '
      + '`iptables-lens.json`.',
    example: [
      '*filter', ':INPUT DROP [0:0]', '-A INPUT -m string --algo bm --string admin -j ACCEPT', 'COMMIT',
      '# expect ACCEPT: tcp any -> 192.0.2.1:22 in=eth0',
    ],
    instead: [
      '*filter', ':INPUT DROP [0:0]', '-A INPUT -s 203.0.113.0/24 -j ACCEPT', 'COMMIT',
      '# expect ACCEPT: tcp 203.0.113.9 -> 192.0.2.1:22 in=eth0',
    ],
  }),
  checkFile: (file) => reportsOf(file, 'undecided'),
  checkAnalysis: (file) => classReportsOf(file, 'undecided'),
});
