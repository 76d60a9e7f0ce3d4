import type { Line } from '../core/syntax/line.ts';
import { defineRule, type FileInContext, type Fix } from './rule.ts';
import { insertBelow } from './support/edits.ts';
import { leading } from './support/lockout/rule-text.ts';
import { page } from './support/page.ts';
import { hasMore, scriptCommands, type ScriptCommand } from './support/script.ts';

export default defineRule({
  code: 'unfiltered-ipv6',
  severity: 'hint',
  docs: page({
    what: 'Finds scripts that close INPUT for IPv4 by its policy and say nothing of IPv6.',
    why: 'iptables filters IPv4 only. On a host with an IPv6 address every service stays reachable over IPv6 unless '
      + '`ip6tables` says otherwise.',
    example: ['#!/bin/sh', 'iptables -F', 'iptables -A INPUT -i lo -j ACCEPT', 'iptables -P INPUT DROP'],
    instead: [
      '#!/bin/sh', 'iptables -F', 'iptables -A INPUT -i lo -j ACCEPT', 'iptables -P INPUT DROP', 'ip6tables -A INPUT -i lo -j ACCEPT',
      'ip6tables -A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT', 'ip6tables -A INPUT -p ipv6-icmp -j ACCEPT', 'ip6tables -P INPUT DROP',
    ],
    fixes: 'Not safe: IPv6 connections end unless they are answers, or are accepted by rules that are still to be written.',
  }),
  *checkFile(file) {
    if (!file.stacks.includes('ipv4')) return;
    const closing = scriptCommands(file, 'ipv4').of('policy').findLast(({ command, table }) => table === 'filter' && command.chain === 'INPUT' && command.argument?.text === 'DROP');
    if (closing === undefined || file.survey.find(speaksOfIpv6) !== undefined) return;
    yield { line: closing.line, span: closing.command.span, fixes: closeToo(file, closing), message: 'This closes the host for IPv4 only; the script says nothing of IPv6, for which `ip6tables` is.' };
  },
});

/** Whether a line of a script says something of IPv6. */
const speaksOfIpv6 = ({ content: { kind }, text }: Line): boolean => (kind === 'shell' || kind === 'command') && /ip6tables|ipv6/iu.test(text);

/** What a host needs to work and to keep its connections, and a policy. */
const CLOSED = ['-A INPUT -i lo -j ACCEPT', '-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT', '-A INPUT -p ipv6-icmp -j ACCEPT', '-P INPUT DROP'];

/** Says the same for IPv6, in the way in which the command is said. */
function closeToo(file: FileInContext, { line, bound }: ScriptCommand): Fix[] {
  if (hasMore(file, line) || line.content.kind !== 'command') return [];
  const { text, raw, unknown } = line.content.program;
  const program = (unknown === undefined && /[$`]/u.test(raw) ? text : raw).replace('iptables', 'ip6tables');
  if (!program.includes('ip6tables')) return [];
  const before = leading(bound, 'filter').replace(raw, () => program);
  return [{ title: 'Close INPUT for IPv6, too, but for answers and ICMPv6', safe: false, edits: [insertBelow(line, CLOSED.map((each) => before + each).join(line.eol || '\n'))] }];
}
