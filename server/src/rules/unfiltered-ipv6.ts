import type { Line } from '../core/syntax/line.ts';
import { defineRule, type Fix } from './rule.ts';
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
    const closing = scriptCommands(file, 'ipv4')
      .findLast(({ command, table }) => table === 'filter' && command.kind === 'policy' && command.chain === 'INPUT' && command.argument?.text === 'DROP');
    if (closing === undefined || file.lines.some(speaksOfIpv6)) return;
    yield { line: closing.line, span: closing.command.span, fixes: closeToo(closing), message: 'This closes the host for IPv4 only; the script says nothing of IPv6, for which `ip6tables` is.' };
  },
});

const speaking = new WeakMap<Line, boolean>();

/** Whether a line of a script, which keeps its text, says something of IPv6. */
function speaksOfIpv6(line: Line): boolean {
  let speaks = speaking.get(line);
  if (speaks === undefined) speaking.set(line, speaks = (line.content.kind === 'shell' || line.content.kind === 'command') && /ip6tables|ipv6/iu.test(line.text));
  return speaks;
}

/** What a host needs to work and to keep its connections, and a policy. */
const CLOSED = ['-A INPUT -i lo -j ACCEPT', '-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT', '-A INPUT -p ipv6-icmp -j ACCEPT', '-P INPUT DROP'];

/** Says the same for IPv6, in the way in which the command is said. */
function closeToo({ line, bound }: ScriptCommand): Fix[] {
  if (hasMore(line) || line.content.kind !== 'command') return [];
  const { text, raw, unknown } = line.content.program;
  const program = (unknown === undefined && /[$`]/u.test(raw) ? text : raw).replace('iptables', 'ip6tables');
  if (!program.includes('ip6tables')) return [];
  const before = leading(bound, 'filter').replace(raw, () => program);
  return [{ title: 'Close INPUT for IPv6, too, but for answers and ICMPv6', safe: false, edits: [insertBelow(line, CLOSED.map((each) => before + each).join(line.eol || '\n'))] }];
}
