import assert from 'node:assert/strict';
import { companionUri } from '../../../server/src/companions.ts';
import { Diagnostics } from '../../../server/src/rules/run.ts';
import { openDocument } from '../../support/document.ts';

const filter = (...rules: readonly string[]): string => ['*filter', ':INPUT DROP [0:0]', ':web - [0:0]', '-A INPUT -i lo -j ACCEPT', ...rules, 'COMMIT', ''].join('\n');

/** Lines and messages of the hints about `text` as rules.v4 beside a rules.v6. */
async function hints(text: string, beside: string | undefined): Promise<readonly string[]> {
  const document = await openDocument(text, 'rules.v4');
  const other = beside === undefined ? undefined : (await openDocument(beside, 'rules.v6')).ruleset();
  const findings = new Diagnostics(document, () => ({ companion: { name: 'rules.v6', ruleset: () => other } })).complete();
  return findings.filter(({ code }) => code === 'v4-v6-mismatch').map(({ line, message }) => `${line.number}: ${message}`);
}

const SSH = '-A INPUT -p tcp --dport 22 -j ACCEPT';

describe('services of IPv4 and IPv6', () => {
  it('are compared port by port, through chains and lists of ports', async () => {
    const text = filter(SSH, '-A INPUT -j web', '-A web -p tcp -m multiport --dports 80,443,8000:8010 -j ACCEPT', '-A web -p udp --dport 443 -j ACCEPT');
    assert.deepEqual(await hints(text, filter(SSH, '-A INPUT -p tcp --dport 80 -j ACCEPT')), [
      '6: `tcp` port 443 is open to everybody over IPv4 and closed over IPv6 (`rules.v6`).',
      '7: `udp` port 443 is open to everybody over IPv4 and closed over IPv6 (`rules.v6`).',
    ]);
  });

  it('are not those of DHCP, of which each family has its own', async () => {
    assert.deepEqual(await hints(filter(SSH, '-A INPUT -p udp --dport 67:68 -j ACCEPT', '-A INPUT -p udp --dport 68 -j ACCEPT', '-A INPUT -p udp -m multiport --dports 546,547 -j ACCEPT'), filter(SSH)), []);
  });

  it('are open where another rule opens them, a range or none at all', async () => {
    const text = filter(SSH, '-A INPUT -p tcp --dport 443 -j ACCEPT');
    assert.deepEqual(await hints(text, filter('-A INPUT -p tcp --dport 1:1000 -j ACCEPT')), []);
    assert.deepEqual(await hints(text, '*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n'), []);
    assert.deepEqual(await hints(text, filter(SSH, '-A INPUT -p tcp --dport 443 -j DROP')), ['5: `tcp` port 443 is open to everybody over IPv4 and closed over IPv6 (`rules.v6`).']);
  });

  it('are left alone where they are open to some only, or never reached', async () => {
    const text = filter(SSH, '-A INPUT -s 10.0.0.0/8 -p tcp --dport 9100 -j ACCEPT', '-A INPUT -s 203.0.113.0/24 -p tcp --dport 9200 -j ACCEPT', '-A INPUT -p tcp --dport 9300 -m limit --limit 1/s -j ACCEPT', '-A INPUT -j DROP', '-A INPUT -p tcp --dport 443 -j ACCEPT', '-A web -p tcp --dport 80 -j ACCEPT');
    assert.deepEqual(await hints(text, filter(SSH)), []);
  });

  it('are not compared with a family that lets nothing in, or of which nothing is known', async () => {
    const text = filter(SSH);
    assert.deepEqual(await hints(text, filter()), []);
    assert.deepEqual(await hints(text, '*nat\nCOMMIT\n'), []);
    assert.deepEqual(await hints(text, undefined), []);
  });
});

describe('the file of the other family', () => {
  for (const [name, beside] of [['rules.v4', 'rules.v6'], ['iptables.rules', 'ip6tables.rules'], ['iptables-save.txt', 'ip6tables-save.txt'], ['before.rules', 'before6.rules'], ['user.rules', 'user6.rules']] as const) {
    it(`${name} and ${beside}`, () => {
      assert.equal(companionUri(`file:///etc/iptables/${name}`), `file:///etc/iptables/${beside}`);
      assert.equal(companionUri(`file:///etc/iptables/${beside}`), `file:///etc/iptables/${name}`);
    });
  }

  it('is not guessed', () => {
    assert.equal(companionUri('file:///etc/iptables/firewall'), undefined);
  });
});
