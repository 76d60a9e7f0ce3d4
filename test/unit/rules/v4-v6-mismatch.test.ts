import { strict as assert } from 'node:assert';
import { Diagnostics } from '../../../server/src/rules/run.ts';
import { siblingOf } from '../../../server/src/sibling.ts';
import { open } from './check.ts';

const file = (...rules: readonly string[]): string => ['*filter', ':INPUT DROP [0:0]', '-A INPUT -i lo -j ACCEPT', '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', ...rules, 'COMMIT', ''].join('\n');

/** What is said of a file beside another one. */
function said(name: string, text: string, beside: string | undefined): readonly string[] {
  const other = name === 'rules.v4' ? 'rules.v6' : 'rules.v4';
  const diagnostics = new Diagnostics(open(text, name), () => ({ sibling: () => (beside === undefined ? undefined : open(beside, other)) }));
  return diagnostics.complete().filter(({ code }) => code === 'v4-v6-mismatch').map(({ message, packet }) => `${message} ${packet}`);
}

const SSH = '-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT';
const WEB = '-A INPUT -p tcp -m multiport --dports 80,443,8000:8080 -j ACCEPT';

describe('v4-v6-mismatch', () => {
  it('names the ports that only the other file lets in, with a packet', () => {
    assert.deepEqual(said('rules.v4', file(SSH), file(SSH, WEB)), [
      '`rules.v6` lets in new connections to tcp ports `80`, `443`, `8000:8080`; this file lets none in. tcp 203.0.113.9:40000 -> 10.0.0.5:80 in=eth0',
    ]);
    assert.deepEqual(said('rules.v6', file(SSH), file(SSH, '-A INPUT -p udp -m udp --dport 51820 -j ACCEPT')), [
      '`rules.v4` lets in new connections to udp port `51820`; this file lets none in. udp [2001:db8::9]:40000 -> [2001:db8::5]:51820 in=eth0',
    ]);
  });

  it('speaks in the file that is closed, not in the one that is open', () => {
    assert.deepEqual(said('rules.v4', file(SSH, WEB), file(SSH)), []);
  });

  it('finds a family that lets everything in', () => {
    const [message] = said('rules.v4', file(SSH), '*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n');
    assert.match(message!, /tcp ports `0:21`, `23:65535`; /u);
  });

  it('says nothing where there is no other file, or it says nothing of INPUT, or lets nothing in', () => {
    assert.deepEqual(said('rules.v4', file(SSH), undefined), []);
    assert.deepEqual(said('rules.v4', file(SSH), '*nat\n:PREROUTING ACCEPT [0:0]\nCOMMIT\n'), []);
    assert.deepEqual(said('rules.v6', '*filter\n:INPUT DROP [0:0]\nCOMMIT\n', file(SSH, WEB)), []);
    assert.deepEqual(said('rules.v4', file(SSH, WEB), '*filter\n:INPUT DROP [0:0]\nCOMMIT\n'), []);
  });

  it('does not count what is let in from some addresses, or at some moments, only', () => {
    assert.deepEqual(said('rules.v4', file(SSH), file(SSH, '-A INPUT -s fd00::/8 -p tcp -m tcp --dport 443 -j ACCEPT', '-A INPUT -p tcp -m tcp --dport 80 -m limit --limit 1/sec -j ACCEPT')), []);
  });

  it('knows the files that belong together', () => {
    assert.deepEqual(['file:///etc/iptables/rules.v4', 'file:///x/a.v6', 'file:///etc/sysconfig/ip6tables', 'file:///x/fw.sh', 'file:///x.v4/rules'].map(siblingOf),
      ['file:///etc/iptables/rules.v6', 'file:///x/a.v4', 'file:///etc/sysconfig/iptables', undefined, undefined]);
  });
});
