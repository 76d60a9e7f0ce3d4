import { NO_REPORTS, defineRule } from './rule.ts';
import { replace } from './support/edits.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'misspelt-expectation',
  severity: 'warning',
  docs: page({
    what: 'Finds comments that look like an expectation and are none: `# Expect`, `# expects`, `# expect: DROP`.',
    why: 'What is no expectation tests nothing, and nobody would be told.',
    example: ['*filter', ':INPUT DROP [0:0]', 'COMMIT', '# expects DROP: tcp any -> any:23 in=eth0'],
    instead: ['*filter', ':INPUT DROP [0:0]', 'COMMIT', '# expect DROP: tcp any -> any:23 in=eth0'],
    fixes: 'Safe: only the comment changes.',
  }),
  checkLine({ line }) {
    if (line.content.kind !== 'comment') return NO_REPORTS;
    const [whole, start, verdict, packet] = MEANT.exec(line.text) ?? [];
    if (whole === undefined) return NO_REPORTS;
    const span = { start: start!.length, end: line.text.length };
    const expectation = `# expect ${verdict!.toUpperCase()}: ${packet}`;
    return [{
      line, span, message: `This is a comment and no expectation; write \`${expectation}\`.`,
      fixes: [{ title: 'Write # expect', safe: true, edits: [replace(line, span, expectation)] }],
    }];
  },
});

/** Where it starts, the verdict, and what must be a packet. */
const MEANT = /^(\s*)#+\s*expect(?:s|ed|ing|ation)?:?\s+(accept|drop|reject|queue):?\s+(\S.*->.*\S)\s*$/iu;
