import { insert } from './support/edits.ts';
import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'missing-protocol',
  docs: page({
    what: 'Finds port and flag options in rules that name no protocol.',
    why: 'Ports belong to a protocol: `--dport` comes with `-p tcp` or `-p udp`. Without one iptables says "unknown '
      + 'option".',
    example: ['-A INPUT --dport 22 -j ACCEPT'],
    instead: ['-A INPUT -p tcp --dport 22 -j ACCEPT'],
    fixes: 'Not safe: which protocol was meant is a guess.',
  }),
  // The problem brings the fix with tcp; udp has the options for ports as well.
  fixes: ({ fix }, { line }) => (fix !== undefined && /^(!\s*)?--(s|d|source-|destination-)port\b/u.test(line.text.slice(fix.span.start))
    ? [{ title: 'Add -p udp', safe: false, edits: [insert(line, fix.span.start, '-p udp ')] }]
    : []),
});
