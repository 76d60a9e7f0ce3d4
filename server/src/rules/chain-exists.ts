import { removeLine } from './support/edits.ts';
import { page } from './support/page.ts';
import { problemRule } from './support/problem-rule.ts';

export default problemRule({
  code: 'chain-exists',
  onCommands: 'information',
  docs: page({
    what: 'Finds a second declaration of a chain.',
    why: 'iptables-nft-restore empties the chain at the second declaration: rules that were appended to it between the two '
      + 'are gone. iptables-legacy-restore and `iptables -N` refuse it.',
    example: [':SSH - [0:0]', ':SSH - [0:0]', '-A SSH -s 192.0.2.0/24 -j ACCEPT'],
    instead: [':SSH - [0:0]', '-A SSH -s 192.0.2.0/24 -j ACCEPT'],
    fixes: 'Not safe: rules that the second declaration wiped out would stay.',
  }),
  fixes: (_, { line }) => (line.content.kind === 'chain' ? [{ title: 'Remove this declaration', safe: false, edits: [removeLine(line)] }] : []),
});
