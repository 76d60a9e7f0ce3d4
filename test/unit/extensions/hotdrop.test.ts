import assert from 'node:assert/strict';
import { meet } from './meeting.ts';

const verdicts = async (rules: readonly string[], packets: readonly string[]): Promise<string> =>
  (await meet({ filter: rules }, packets)).map(({ verdict }) => verdict).join(' ');

describe('rules that drop a packet without matching it', () => {
  it('hashlimit drops flows that its table has no room for, whichever way it asks', async () => {
    const rule = 'INPUT -m hashlimit --hashlimit-above 1/hour --hashlimit-mode srcip --hashlimit-name a --hashlimit-htable-size 1 --hashlimit-htable-max 2 -j ACCEPT';
    const packets = [1, 2, 3, 1].map((host) => `tcp 192.0.2.${host}:5 -> 198.51.100.1:6 in=eth0`);
    assert.equal(await verdicts([rule], packets), 'ACCEPT ACCEPT DROP ACCEPT');
    assert.equal(await verdicts([rule.replace('above', 'upto')], packets), 'ACCEPT ACCEPT DROP ACCEPT');
  });

  it('a table of flows has room for eight a bucket', async () => {
    const rule = 'INPUT -m hashlimit --hashlimit-above 1/hour --hashlimit-mode srcip --hashlimit-name a --hashlimit-htable-size 1';
    const packets = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((host) => `tcp 192.0.2.${host}:5 -> 198.51.100.1:6 in=eth0`);
    assert.equal(await verdicts([rule], packets), `${'ACCEPT '.repeat(8)}DROP`);
  });

  it('a table of flows has room again when one is forgotten', async () => {
    const rule = 'INPUT -m hashlimit --hashlimit-upto 1/sec --hashlimit-mode srcip --hashlimit-name a --hashlimit-htable-size 1 --hashlimit-htable-max 1';
    const packets = ['1:5 -> 198.51.100.1:6 in=eth0 at=0s', '2:5 -> 198.51.100.1:6 in=eth0 at=0.5s', '2:5 -> 198.51.100.1:6 in=eth0 at=3s'];
    assert.equal(await verdicts([rule], packets.map((rest) => `tcp 192.0.2.${rest}`)), 'ACCEPT DROP ACCEPT');
  });

  it('hashlimit drops a later IPv4 fragment that ends before what counts as its ports', async () => {
    const rule = 'FORWARD -m hashlimit --hashlimit-upto 1/sec --hashlimit-mode srcport --hashlimit-name a';
    const packets = [23, 24].map((length) => `tcp 192.0.2.1 -> 198.51.100.1 in=eth0 out=eth1 fragment=40 length=${length}`);
    assert.equal(await verdicts([rule], packets), 'DROP ACCEPT');
    assert.equal(await verdicts([rule.replace('srcport', 'srcip')], packets), 'ACCEPT ACCEPT');
  });

  it('connlimit drops what closes the last connection that it knows', async () => {
    const client = (flags: string, at: string): string => `tcp 192.0.2.1:1001 -> 198.51.100.1:80 in=eth0 flags=${flags} at=${at}`;
    const answer = 'tcp 198.51.100.1:80 -> 192.0.2.1:1001 out=eth0 flags=SYN,ACK at=0.05s';
    const packets = [client('SYN', '0s'), answer, client('ACK', '0.1s'), client('RST', '0.15s')];
    assert.equal(await verdicts(['INPUT -p tcp -m connlimit --connlimit-above 5 -j DROP'], packets), 'ACCEPT ACCEPT ACCEPT DROP');
  });

  it('connlimit does not count connections that are open', async () => {
    const packets = ['tcp 192.0.2.1 -> 198.51.100.1:80 in=eth0 flags=SYN', 'tcp 192.0.2.1:5 -> 198.51.100.1:80 in=eth0 flags=SYN'];
    assert.equal(await verdicts(['INPUT -m connlimit --connlimit-above 1 -j DROP'], packets), 'ACCEPT UNKNOWN');
  });
});
