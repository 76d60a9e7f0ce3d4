import { strict as assert } from 'node:assert';
import fc from 'fast-check';
import { saveRuleset } from '../../../server/src/core/ruleset/save.ts';
import { formatting } from '../../../server/src/features/formatting.ts';
import { Diagnostics } from '../../../server/src/rules/run.ts';
import { anyText } from '../grammar/random.ts';
import { fixed, open } from './check.ts';

/** What stands around the damage, so that it meets rules, chains and commands that mean something. */
const RULESET = [
  '*filter', ':INPUT DROP [0:0]', ':web - [0:0]', '-A INPUT -i lo -j ACCEPT', '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
  '[1:60] -A INPUT -p tcp -m multiport --dports 80,443 -m comment --comment "a b" -j web', '-A web -s 10.0.0.0/8 ! -d 10.1.2.3 -j LOG --log-prefix "web "',
  '# expect DROP: tcp any -> any:22 in=eth0', '# iptables-lens disable=shadowed-rule', '-A web -j REJECT --reject-with tcp-reset', 'COMMIT',
];
const SCRIPT = [
  '#!/bin/bash', 'IPT=/sbin/iptables', 'PORTS="22 80"', '$IPT -F', '$IPT -P INPUT DROP', 'allow() {', '  $IPT -A INPUT -p tcp --dport "$1" -j ACCEPT', '}',
  'for p in $PORTS; do allow $p; done', 'if [ -n "$1" ]; then', '  $IPT -N log && $IPT -A log -j LOG', 'fi', 'iptables-restore <<EOF', '*nat', '-A POSTROUTING -j MASQUERADE', 'COMMIT', 'EOF',
];

/** A text with others put in between its lines, and into them. */
function damaged(lines: readonly string[]): fc.Arbitrary<string> {
  const damage = fc.tuple(fc.nat(lines.length), fc.nat(60), anyText);
  return fc.array(damage, { minLength: 1, maxLength: 4 }).map((damages) => {
    const texts = [...lines];
    for (const [line, at, text] of damages) {
      const before = texts[line] ?? '';
      texts[line] = before.slice(0, at) + text + before.slice(at);
    }
    return `${texts.join('\n')}\n`;
  });
}

function look(text: string, name: string): void {
  const document = open(text, name);
  const findings = new Diagnostics(document).complete();
  for (const { line, span, message, fixes } of findings) {
    assert.ok(0 <= span.start && span.start <= span.end && span.end <= line.text.length, `${message}: ${span.start}–${span.end} of ${line.text.length}`);
    for (const fix of fixes ?? []) assert.notEqual(fixed(text, fix, name), text, `${message}: ${fix.title} changes nothing`);
  }
  formatting(document);
  for (const backend of ['legacy', 'nft'] as const) saveRuleset(document.ruleset(), backend);
}

describe('diagnostics of any text', () => {
  it('are found in rulesets, each within its line and with fixes that change something', () => {
    fc.assert(fc.property(damaged(RULESET), (text) => look(text, 'rules.v4')), { numRuns: 100 });
  });

  it('are found in scripts', () => {
    fc.assert(fc.property(damaged(SCRIPT), (text) => look(text, 'firewall.sh')), { numRuns: 100 });
  });
});
