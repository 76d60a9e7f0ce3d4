import { defineRule } from './rule.ts';
import { reportsOf } from './support/expectations.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'invalid-packet',
  severity: 'warning',
  docs: page({
    what: 'Reports `# expect` comments whose verdict or packet can\'t be read.',
    why: 'An expectation that can\'t be read tests nothing.',
    example: [
      '*filter', ':INPUT DROP [0:0]', 'COMMIT',
      '# expect DROP: tcp 203.0.113.9:40000 => 192.0.2.1:22 in=eth0',
    ],
    instead: [
      '*filter', ':INPUT DROP [0:0]', 'COMMIT',
      '# expect DROP: tcp 203.0.113.9:40000 -> 192.0.2.1:22 in=eth0',
    ],
  }),
  checkFile: (file) => reportsOf(file, 'invalid'),
});
