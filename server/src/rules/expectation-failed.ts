import { defineRule } from './rule.ts';
import { classReportsOf, reportsOf } from './support/expectations.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'expectation-failed',
  severity: 'error',
  docs: page({
    what: 'Runs the packets of `# expect VERDICT: PACKET` comments through the rules and reports those that fare otherwise. '
      + 'Where the packet leaves fields open, the expectation is one about every such packet: it is proven for all of them, or '
      + 'the finding shows one that fares otherwise. An address may then be a network, such as `10.0.0.0/8`. '
      + 'Expectations that follow a `# scenario` line share one connection tracking, clock and memory.',
    why: 'An expectation says what a ruleset is for. When it fails, either the rules are wrong or the expectation is out of '
      + 'date; the finding names the rules that the packet met.',
    example: [
      '*filter', ':INPUT DROP [0:0]', '-A INPUT -p tcp --dport 80 -j ACCEPT', 'COMMIT',
      '# expect ACCEPT: tcp 203.0.113.9:40000 -> 192.0.2.1:443 in=eth0',
    ],
    instead: [
      '*filter', ':INPUT DROP [0:0]', '-A INPUT -p tcp --dport 80 -j ACCEPT', '-A INPUT -p tcp --dport 443 -j ACCEPT', 'COMMIT',
      '# expect ACCEPT: tcp 203.0.113.9:40000 -> 192.0.2.1:443 in=eth0',
    ],
  }),
  checkFile: (file) => reportsOf(file, 'fail'),
  checkAnalysis: (file) => classReportsOf(file, 'fail'),
});
