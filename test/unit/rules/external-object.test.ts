import { strict as assert } from 'node:assert';
import { readIpsetSave } from '../../../server/src/core/engine/facts/text.ts';
import type { HostFacts } from '../../../server/src/core/engine/host.ts';
import { Diagnostics } from '../../../server/src/rules/run.ts';
import { open } from './check.ts';

const host: HostFacts = { ipsets: readIpsetSave('create office hash:ip family inet\ncreate office6 hash:net,port family inet6\ncreate ports bitmap:port range 0-1023\ncreate all list:set size 8\n') };

function said(rules: readonly string[], facts: HostFacts = {}, name = 'rules.v4'): string[] {
  const document = open(`*filter\n${rules.map((rule) => `-A INPUT ${rule}\n`).join('')}COMMIT\n`, name);
  return new Diagnostics(document, () => ({ host: facts })).findings().filter(({ code }) => code === 'external-object').map(({ severity, message, line }) => `${line.number}: ${severity}: ${message}`);
}

const uses = (set: string): string => `-m set --match-set ${set} src`;

describe('external-object', () => {
  it('hints at the first use of what no ruleset makes', () => {
    assert.deepEqual(said([uses('office'), uses('office'), '-j SET --add-set office src', '-m nfacct --nfacct-name office']), [
      '1: hint: The ipset `office` has to be there when the ruleset is loaded; `ipset create` makes it.',
      '4: hint: The accounting object `office` has to be there when the ruleset is loaded; `nfacct add` makes it.',
    ]);
  });

  it('says nothing of estimators that the ruleset makes', () => {
    assert.deepEqual(said(['-j RATEEST --rateest-name web --rateest-interval 250ms --rateest-ewmalog 500ms', '-m rateest --rateest web --rateest-bps2 8bit --rateest-lt']), []);
  });

  it('holds sets against those of the host', () => {
    assert.deepEqual(said([uses('office'), uses('ports'), uses('all')], host), []);
    assert.deepEqual(said([uses('ofice')], host), ['1: error: The host has no ipset `ofice`, and iptables refuses the rule. Did you mean `office`?']);
  });

  it('knows that a set of addresses has a family', () => {
    assert.deepEqual(said([uses('office6')], host), ['1: error: The ipset `office6` holds IPv6 addresses; a rule for IPv4 needs a set of its own family.']);
    assert.deepEqual(said([uses('office6'), uses('ports'), uses('all')], host, 'rules.v6'), []);
  });

  it('leaves scripts alone, which make their sets themselves', () => {
    const document = open('#!/bin/sh\nipset create office hash:ip\niptables -A INPUT -m set --match-set office src -j ACCEPT\n', 'firewall.sh');
    assert.deepEqual(new Diagnostics(document).findings().filter(({ code }) => code === 'external-object'), []);
  });
});
