import { removeWords } from './support/edits.ts';
import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'conflicting-options',
  docs: page({
    what: 'Finds options that can\'t stand beside each other.',
    why: 'iptables refuses the rule.',
    example: ['-A INPUT -m recent --set --rcheck --name ssh -j DROP'],
    instead: ['-A INPUT -m recent --set --name ssh -j DROP'],
    fixes: 'Not safe: it is a guess that the first one was meant.',
  }),
  fixes: ({ span }, { line }) => [{ title: `Remove ${line.text.slice(span.start, span.end)}`, safe: false, edits: [removeWords(line, span)] }],
});
