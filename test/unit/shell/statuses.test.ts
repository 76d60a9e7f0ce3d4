import assert from 'node:assert/strict';
import { saveRuleset } from '../../../server/src/core/ruleset/save.ts';
import { openDocument } from '../../support/document.ts';

/** The chains of its own and the rules that a script leaves behind, what is not known as a comment. */
async function left(script: string): Promise<string[]> {
  const document = await openDocument(`#!/bin/bash\n${script}\n`, 'firewall.sh');
  return saveRuleset(document.ruleset(), 'nft').map(({ text }) => text).filter((text) => /^(?:-A|:\w+ -|#)/u.test(text));
}

describe('statuses of iptables in scripts', () => {
  const cases: Readonly<Record<string, readonly string[]>> = {
    'iptables -C INPUT -j DROP || iptables -A INPUT -j DROP\niptables -C INPUT -j DROP || iptables -A INPUT -j DROP': ['-A INPUT -j DROP'],
    'iptables -N X\niptables -A X -j DROP\niptables -N X 2>/dev/null || iptables -F X': [':X - [0:0]'],
    'for i in 1 2 3; do iptables -A INPUT -j DROP; done\nwhile iptables -D INPUT -j DROP; do n=$((n + 1)); done\niptables -A INPUT -m mark --mark 1 -j ACCEPT': ['-A INPUT -m mark --mark 0x1 -j ACCEPT'],
    'if iptables -L X >/dev/null; then iptables -A INPUT -j ACCEPT; else iptables -A INPUT -j DROP; fi': ['-A INPUT -j DROP'],
    'set -e\niptables -D INPUT 1\niptables -A INPUT -j DROP': [],
    'iptables -D INPUT 1\n[ $? -eq 0 ] || iptables -A INPUT -j DROP': ['-A INPUT -j DROP'],
  };
  for (const [script, expected] of Object.entries(cases)) it(script.replaceAll('\n', '; '), async () => assert.deepEqual(await left(script), expected));

  it('are not known behind what may not have run', async () => {
    const script = '[ -f /x ] && iptables -N X\niptables -N X || iptables -A INPUT -j DROP';
    assert.equal((await left(script)).filter((text) => text.startsWith('#')).length, 1);
    const document = await openDocument(`#!/bin/sh\n${script}\n`, 'firewall.sh');
    assert.deepEqual(document.ruleset().failures.map(({ status }) => status), [undefined, undefined, undefined]);
  });

  it('leave policies in doubt', async () => {
    const document = await openDocument('#!/bin/sh\n[ -f /x ] && iptables -P INPUT DROP\n', 'firewall.sh');
    assert.deepEqual(document.ruleset().tables.get('filter')!.chains.get('INPUT')!.rules.map(({ bound }) => [bound.conditional, bound.target?.kind]), [['[ -f /x ]', 'verdict']]);
  });

  it('make everything behind a restore of unknown input depend on it', async () => {
    const document = await openDocument('#!/bin/sh\niptables-restore < /etc/rules\niptables -A WEB -j DROP\niptables -F\niptables -X\niptables -A WEB -j DROP\n', 'firewall.sh');
    assert.deepEqual(document.ruleset().failures.map(({ line, status }) => [line.number, status]), [[1, undefined], [2, undefined], [5, 1]]);
  });
});
