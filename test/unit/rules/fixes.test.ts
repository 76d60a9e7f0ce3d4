import { strict as assert } from 'node:assert';
import { findingsOf, fixed, kernelAvailable, refusal } from './check.ts';

interface Case {
  readonly code: string;
  readonly title: string;
  readonly before: string;
  readonly after: string;
  readonly name?: string;
}

const filter = (...lines: string[]): string => `*filter\n${lines.join('\n')}\nCOMMIT\n`;
const nat = (...lines: string[]): string => `*nat\n${lines.join('\n')}\nCOMMIT\n`;

const CASES: readonly Case[] = [
  { code: 'misplaced-interface', title: 'Remove -o', before: filter('-A INPUT -i lo ! -o eth0 -j ACCEPT'), after: filter('-A INPUT -i lo -j ACCEPT') },
  { code: 'misplaced-interface', title: 'Write -o', before: filter('-A OUTPUT --in-interface lo -j ACCEPT'), after: filter('-A OUTPUT -o lo -j ACCEPT') },
  { code: 'misplaced-target', title: 'Write INPUT', before: nat('-A PREROUTING -j SNAT --to-source 192.0.2.1'), after: nat('-A INPUT -j SNAT --to-source 192.0.2.1') },
  { code: 'misplaced-target', title: 'Write POSTROUTING', before: nat('-A PREROUTING -j SNAT --to-source 192.0.2.1'), after: nat('-A POSTROUTING -j SNAT --to-source 192.0.2.1') },
  { code: 'unknown-option', title: 'Write --set-mark', before: '*mangle\n-A PREROUTING -i eth1 -j MARK --mark 47\nCOMMIT\n', after: '*mangle\n-A PREROUTING -i eth1 -j MARK --set-mark 47\nCOMMIT\n' },
  { code: 'unknown-option', title: 'Write --reject-with', before: filter('-A INPUT -p tcp -j REJECT --with tcp-reset'), after: filter('-A INPUT -p tcp -j REJECT --reject-with tcp-reset') },
  { code: 'missing-protocol', title: 'Add -p udp', before: filter('-A INPUT ! --dport 53 -j ACCEPT'), after: filter('-A INPUT -p udp ! --dport 53 -j ACCEPT') },
  { code: 'option-before-match', title: 'Move behind tcp', before: filter('-A INPUT ! --dport 22 -p tcp -j ACCEPT'), after: filter('-A INPUT -p tcp ! --dport 22 -j ACCEPT') },
  { code: 'option-before-match', title: 'Move behind conntrack', before: filter('-A INPUT --ctstate NEW -i lo -m conntrack -j ACCEPT'), after: filter('-A INPUT -i lo -m conntrack --ctstate NEW -j ACCEPT') },
  { code: 'wrong-protocol', title: 'Write -p tcp', before: filter('-A INPUT -p icmp -m tcp --dport 22 -j ACCEPT'), after: filter('-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT') },
  { code: 'wrong-protocol', title: 'Add -p udp', before: filter('-A INPUT -m udp --dport 53 -j ACCEPT'), after: filter('-A INPUT -p udp -m udp --dport 53 -j ACCEPT') },
  { code: 'misspelt-expectation', title: 'Write # expect', before: '*filter\n:INPUT DROP [0:0]\nCOMMIT\n# Expected: drop tcp any -> any:23 in=eth0\n', after: '*filter\n:INPUT DROP [0:0]\nCOMMIT\n# expect DROP: tcp any -> any:23 in=eth0\n' },
  { code: 'missing-option', title: 'Add --tcp-flags SYN,RST SYN', before: filter('-A FORWARD -p tcp -j TCPMSS --clamp-mss-to-pmtu'), after: filter('-A FORWARD -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu') },
  { code: 'repeated-option', title: 'Remove the second one', before: filter('-A INPUT -s 10.0.0.1 ! -s 10.0.0.2 -j ACCEPT'), after: filter('-A INPUT -s 10.0.0.1 -j ACCEPT') },
  { code: 'repeated-option', title: 'Remove the second one', before: filter('-A INPUT -p tcp --dport 22 --dport 23 -j ACCEPT'), after: filter('-A INPUT -p tcp --dport 22 -j ACCEPT') },
  { code: 'repeated-option', title: 'Remove the second one', before: filter('-A INPUT -i lo -j ACCEPT -j DROP'), after: filter('-A INPUT -i lo -j ACCEPT') },
  { code: 'undefined-chain', title: 'Declare SSH', before: '*filter\n:INPUT DROP [0:0]\n:WEB - [0:0]\n-A INPUT -j SSH\nCOMMIT\n', after: '*filter\n:INPUT DROP [0:0]\n:WEB - [0:0]\n:SSH - [0:0]\n-A INPUT -j SSH\nCOMMIT\n' },
  { code: 'undefined-chain', title: 'Write RETURN', before: filter('-A INPUT -j return'), after: filter('-A INPUT -j RETURN') },
  { code: 'undefined-chain', title: 'Create WEB before', name: 'fw.sh', before: 'set -e\nsudo iptables -t nat -A PREROUTING -j WEB\n', after: 'set -e\nsudo iptables -t nat -N WEB\nsudo iptables -t nat -A PREROUTING -j WEB\n' },
  { code: 'outside-table', title: 'Remove COMMIT', before: '*filter\nCOMMIT\nCOMMIT\n', after: '*filter\nCOMMIT\n' },
  { code: 'outside-table', title: 'Add *filter', before: ':INPUT DROP [0:0]\n-A INPUT -i lo -j ACCEPT\nCOMMIT\n', after: '*filter\n:INPUT DROP [0:0]\n-A INPUT -i lo -j ACCEPT\nCOMMIT\n' },
  { code: 'outside-table', title: 'Add *filter and COMMIT', before: '-A INPUT -i lo -j ACCEPT', after: '*filter\n-A INPUT -i lo -j ACCEPT\nCOMMIT\n' },
  { code: 'missing-commit', title: 'Add COMMIT', before: '*filter\n-A INPUT -i lo -j ACCEPT\n\n# next\n*nat\nCOMMIT\n', after: '*filter\n-A INPUT -i lo -j ACCEPT\nCOMMIT\n\n# next\n*nat\nCOMMIT\n' },
  { code: 'missing-commit', title: 'Add COMMIT', before: '*filter\n-A INPUT -i lo -j ACCEPT', after: '*filter\n-A INPUT -i lo -j ACCEPT\nCOMMIT\n' },
  { code: 'invalid-policy', title: 'Add the policy -', before: filter(':WEB'), after: filter(':WEB - [0:0]') },
  { code: 'invalid-policy', title: 'Add the policy -', before: filter(':WEB [0:0]'), after: filter(':WEB - [0:0]') },
  { code: 'invalid-policy', title: 'Add the policy ACCEPT', before: filter(':INPUT'), after: filter(':INPUT ACCEPT [0:0]') },
  { code: 'invalid-policy', title: 'Write -', before: filter(':WEB DROP [0:0]'), after: filter(':WEB - [0:0]') },
  { code: 'illegal-option', title: 'Remove -t', before: filter('-t filter -A INPUT -i lo -j ACCEPT'), after: filter('-A INPUT -i lo -j ACCEPT') },
  { code: 'invalid-line', title: 'Remove the blanks', before: filter('  # about loopback', '-A INPUT -i lo -j ACCEPT'), after: filter('# about loopback', '-A INPUT -i lo -j ACCEPT') },
  { code: 'invalid-line', title: 'Remove the blanks', before: filter('   ', '-A INPUT -i lo -j ACCEPT'), after: filter('', '-A INPUT -i lo -j ACCEPT') },
  { code: 'invalid-line', title: 'Remove the blanks', before: '*filter\nCOMMIT  \n', after: '*filter\nCOMMIT\n' },
  { code: 'invalid-line', title: 'Write COMMIT', before: '*filter\nCOMMIT it\n', after: '*filter\nCOMMIT\n' },
  { code: 'invalid-line', title: 'Write COMMIT', before: '*filter\nCommit\n', after: '*filter\nCOMMIT\n' },
  { code: 'invalid-line', title: 'Write *nat', before: '*filter\nCOMMIT\nnat\nCOMMIT\n', after: '*filter\nCOMMIT\n*nat\nCOMMIT\n' },
  { code: 'invalid-line', title: 'Write -A', before: filter('A INPUT -i lo -j ACCEPT'), after: filter('-A INPUT -i lo -j ACCEPT') },
  { code: 'invalid-line', title: 'Write :INPUT', before: filter('INPUT DROP [0:0]'), after: filter(':INPUT DROP [0:0]') },
  { code: 'invalid-line', title: 'Comment the line out', before: filter('echo done'), after: filter('# echo done') },
  { code: 'invalid-line', title: 'Remove the byte order mark', before: '\uFEFF*filter\nCOMMIT\n', after: '*filter\nCOMMIT\n' },
  { code: 'invalid-line', title: 'Remove iptables', before: nat("iptables -w 5 -t nat -A POSTROUTING -m comment --comment 'to the net' -j MASQUERADE"), after: nat('-A POSTROUTING -m comment --comment "to the net" -j MASQUERADE') },
  { code: 'invalid-line', title: 'Remove /sbin/iptables', before: filter('sudo /sbin/iptables --table filter -I INPUT 1 \\', '  -i lo -j ACCEPT'), after: filter('-I INPUT 1 -i lo -j ACCEPT') },
  { code: 'unwritten-setting', title: 'Write >', name: 'fw.sh', before: 'echo 1 | /proc/sys/net/ipv4/ip_forward\niptables -A FORWARD -j ACCEPT\n', after: 'echo 1 > /proc/sys/net/ipv4/ip_forward\niptables -A FORWARD -j ACCEPT\n' },
  { code: 'unwritten-setting', title: 'Write by sudo tee', name: 'fw.sh', before: 'sudo echo 1 >/proc/sys/net/ipv4/ip_forward # on\niptables -A FORWARD -j ACCEPT\n', after: 'echo 1 | sudo tee /proc/sys/net/ipv4/ip_forward >/dev/null # on\niptables -A FORWARD -j ACCEPT\n' },
  { code: 'carriage-return', title: 'Change all line endings to LF', before: '# c\r\n*filter\r\nCOMMIT\r\n', after: '# c\n*filter\nCOMMIT\n' },
  { code: 'unexpected-argument', title: 'Move the comment above the rule', before: filter('-A INPUT -i lo -j ACCEPT  # from here to here'), after: filter('# from here to here', '-A INPUT -i lo -j ACCEPT') },
  { code: 'attached-value', title: 'Write -p tcp', before: filter('-A INPUT -ptcp --dport 22 -j ACCEPT'), after: filter('-A INPUT -p tcp --dport 22 -j ACCEPT') },
  { code: 'invisible-character', title: 'Write plain blanks', before: filter('-A INPUT\u00a0-i\u00a0lo -j ACCEPT\u00a0'), after: filter('-A INPUT -i lo -j ACCEPT') },
  { code: 'invisible-character', title: 'Remove what can\'t be seen', before: '*filter\n-A INPUT -i lo -j ACCEPT\nCOMMIT\u200b\n', after: filter('-A INPUT -i lo -j ACCEPT') },
  { code: 'invalid-value', title: 'Write 22', before: filter('-A INPUT -p tcp --dport “22” -j ACCEPT'), after: filter('-A INPUT -p tcp --dport 22 -j ACCEPT') },
  { code: 'invalid-value', title: 'Write 192.0.2.1', before: filter('-A INPUT -s ‘192.0.2.1’ -j ACCEPT'), after: filter('-A INPUT -s 192.0.2.1 -j ACCEPT') },
  { code: 'misplaced-negation', title: 'Remove !', before: filter('-A INPUT ! ! -i lo -j ACCEPT'), after: filter('-A INPUT ! -i lo -j ACCEPT') },
  { code: 'misplaced-negation', title: 'Write ! -s', before: filter('-A INPUT -s ! 10.0.0.1 -j ACCEPT'), after: filter('-A INPUT ! -s 10.0.0.1 -j ACCEPT') },
  { code: 'state-match', title: 'Write -m conntrack --ctstate', before: filter('-A INPUT -m state ! --state NEW -i lo -j ACCEPT'), after: filter('-A INPUT -m conntrack ! --ctstate NEW -i lo -j ACCEPT') },
  { code: 'queue-target', title: 'Write NFQUEUE', before: filter('-A INPUT -i lo -j QUEUE'), after: filter('-A INPUT -i lo -j NFQUEUE') },
  { code: 'unused-suppression', title: 'Remove queue-target', before: filter('# iptables-lens disable=queue-target, state-match', '-A INPUT -m state --state NEW -j ACCEPT'), after: filter('# iptables-lens disable=state-match', '-A INPUT -m state --state NEW -j ACCEPT') },
  { code: 'unused-suppression', title: 'Remove queue-target', before: filter('# iptables-lens disable=state-match, queue-target', '-A INPUT -m state --state NEW -j ACCEPT'), after: filter('# iptables-lens disable=state-match', '-A INPUT -m state --state NEW -j ACCEPT') },
];

describe('fixes', () => {
  for (const { code, title, before, after, name } of CASES) {
    it(`${code}: ${title}, in ${JSON.stringify(before)}`, () => {
      const findings = findingsOf(before, name).filter((finding) => finding.code === code);
      const fixes = findings.flatMap((finding) => finding.fixes ?? []);
      const fix = fixes.find((each) => each.title === title);
      assert.ok(fix !== undefined, `offered: ${fixes.map((each) => each.title).join(', ')}; found: ${findingsOf(before, name).map((finding) => finding.code).join(', ')}`);
      assert.equal(fixed(before, fix, name), after);
      assert.deepEqual(findingsOf(after, name).filter((finding) => finding.code === code || finding.severity === 'error').map(({ message }) => message), []);
    });

    if (name?.endsWith('.sh') === true) continue;
    it(`${code}: ${title}, and iptables-nft-restore takes ${JSON.stringify(after)}`, function () {
      if (!kernelAvailable) this.skip();
      assert.equal(refusal(after), undefined);
    });
  }
});
