import { defineRule } from './rule.ts';
import { page } from './support/page.ts';
import { scriptCommands } from './support/script.ts';

export default defineRule({
  code: 'unfiltered-ipv6',
  severity: 'hint',
  docs: page({
    what: 'Finds scripts that close INPUT for IPv4 by its policy and say nothing of IPv6.',
    why: 'iptables filters IPv4 only. On a host with an IPv6 address every service stays reachable over IPv6 unless '
      + '`ip6tables` says otherwise.',
    example: ['#!/bin/sh', 'iptables -F', 'iptables -A INPUT -i lo -j ACCEPT', 'iptables -P INPUT DROP'],
    instead: ['#!/bin/sh', 'iptables -F', 'iptables -A INPUT -i lo -j ACCEPT', 'iptables -P INPUT DROP', 'ip6tables -F', 'ip6tables -A INPUT -i lo -j ACCEPT', 'ip6tables -P INPUT DROP'],
  }),
  *checkFile(file) {
    const closing = scriptCommands(file, 'ipv4')
      .findLast(({ command, table }) => table === 'filter' && command.kind === 'policy' && command.chain === 'INPUT' && command.argument?.text === 'DROP');
    if (closing === undefined || file.lines.some(({ text, content }) => (content.kind === 'shell' || content.kind === 'command') && /ip6tables|ipv6/iu.test(text))) return;
    yield { line: closing.line, span: closing.command.span, message: 'This closes the host for IPv4 only; the script says nothing of IPv6, for which `ip6tables` is.' };
  },
});
