import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'busy-chain',
  onCommands: 'never',
  docs: page({
    what: 'Finds `-X` and `-E` of chains that are built in, and `-X` of chains that hold rules or that rules jump to.',
    why: 'iptables refuses the command. Flush the chain and delete the jumps first.',
    example: [':SSH - [0:0]', '-A INPUT -p tcp --dport 22 -j SSH', '-X SSH'],
    instead: [':SSH - [0:0]', '-A INPUT -p tcp --dport 22 -j SSH', '-F INPUT', '-X SSH'],
  }),
});
