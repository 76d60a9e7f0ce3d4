import { defineRule } from './rule.ts';
import { insert } from './support/edits.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'missing-newline',
  severity: 'warning',
  docs: page({
    what: 'Finds a `COMMIT` at the very end of the file with no line ending behind it (␃ in the example).',
    why: 'iptables-legacy-restore does not recognise such a `COMMIT` and refuses the file; iptables-nft-restore takes it.',
    example: ['*filter', '-A INPUT -i lo -j ACCEPT', 'COMMIT␃'],
    instead: ['*filter', '-A INPUT -i lo -j ACCEPT', 'COMMIT'],
    fixes: 'Safe: no line changes.',
  }),
  *checkFile({ lines, kind }) {
    const line = lines.at(-1);
    if (kind === 'script' || line?.content.kind !== 'commit' || line.eol !== '') return;
    const end = line.text.length;
    yield {
      line, span: { start: 0, end }, message: '`COMMIT` has no line ending; iptables-legacy-restore refuses the file for that.',
      fixes: [{ title: 'End the line', safe: true, edits: [insert(line, end, '\n')] }],
    };
  },
});
