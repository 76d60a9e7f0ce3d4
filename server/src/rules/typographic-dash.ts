import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'typographic-dash',
  docs: page({
    what: 'Finds options that begin with a dash of typography (`–`, `—`, `−`) in place of hyphens.',
    why: 'Word processors and web pages turn `--` into such a dash. iptables takes the word for something that is no '
      + 'option and refuses the rule.',
    example: ['-A INPUT -p tcp –dport 22 -j ACCEPT'],
    instead: ['-A INPUT -p tcp --dport 22 -j ACCEPT'],
    fixes: 'Safe: nothing else can have been meant.',
  }),
});
