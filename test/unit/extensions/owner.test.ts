import assert from 'node:assert/strict';
import { meet } from './meeting.ts';

const FORWARDED = 'tcp 192.0.2.1:5 -> 198.51.100.1:6 in=eth0 out=eth1';
const REJECTED = 'tcp 192.0.2.1:5 -> 198.51.100.1:6 in=eth0 flags=SYN';

describe('owners of packets', () => {
  it('a group among all of the process\'s needs a process, even negated', async () => {
    const verdict = async (option: string): Promise<string> => (await meet({ mangle: [`POSTROUTING -m owner ${option} -j DROP`] }, [FORWARDED]))[0]!.verdict;
    assert.equal(await verdict('! --gid-owner 5 --suppl-groups'), 'ACCEPT');
    assert.equal(await verdict('! --gid-owner 5'), 'DROP');
  });

  it('an ICMP message of REJECT has a socket without owner, its RST has none', async () => {
    const answered = async (reject: string, option: string): Promise<string | undefined> =>
      (await meet({ filter: [`INPUT -p tcp -j REJECT --reject-with ${reject}`, `OUTPUT -m owner ${option} -j DROP`] }, [REJECTED]))[0]!.answer?.verdict;
    assert.equal(await answered('icmp-port-unreachable', '--socket-exists'), 'DROP');
    assert.equal(await answered('icmp-port-unreachable', '--uid-owner 0'), 'ACCEPT');
    assert.equal(await answered('tcp-reset', '--socket-exists'), 'ACCEPT');
    assert.equal(await answered('tcp-reset', '! --socket-exists'), 'DROP');
  });
});
