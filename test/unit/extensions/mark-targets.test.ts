import assert from 'node:assert/strict';
import { meet } from './meeting.ts';

const SYN = 'tcp 1.1.1.1:40000 -> 9.9.9.9:80 in=eth0 out=eth1 flags=SYN';

/** Mark of a packet that the rules of mangle PREROUTING have met; `marked` is what it came with. */
async function markAfter(rules: readonly string[], marked = 0): Promise<number | undefined> {
  const [result] = await meet({ mangle: rules.map((rule) => `PREROUTING ${rule}`) }, [`${SYN} mark=${marked}`]);
  return result!.packet.mark;
}

// Every number here was seen in the kernel.
describe('CONNMARK', () => {
  it('clears the bits of --set-mark before it sets them, and flips those of --set-xmark', async () => {
    assert.equal(await markAfter(['-j CONNMARK --set-mark 0x1f', '-j CONNMARK --set-mark 0x10/0x3', '-j CONNMARK --restore-mark']), 0x1c);
    assert.equal(await markAfter(['-j CONNMARK --set-mark 0x1f', '-j CONNMARK --set-xmark 0x10/0x3', '-j CONNMARK --restore-mark']), 0x0c);
  });

  it('shifts the whole result of a setting operation', async () => {
    assert.equal(await markAfter(['-j CONNMARK --set-mark 0xf1', '-j CONNMARK --set-xmark 0x4/0x5 --left-shift-mark 4', '-j CONNMARK --restore-mark']), 0xf40);
    assert.equal(await markAfter(['-j CONNMARK --set-mark 0xf1', '-j CONNMARK --set-xmark 0x0/0x0 --right-shift-mark 4', '-j CONNMARK --restore-mark']), 0xf);
  });

  it('shifts what it copies before it is written', async () => {
    assert.equal(await markAfter(['-j CONNMARK --set-mark 0xff12', '-j CONNMARK --restore-mark --nfmask 0xf --ctmask 0xff --left-shift-mark 4'], 0xa5), 0x180);
    assert.equal(await markAfter(['-j CONNMARK --set-mark 0xff12', '-j CONNMARK --restore-mark --left-shift-mark 28'], 0xa5), 0x20000000);
    assert.equal(await markAfter([
      '-j CONNMARK --set-mark 0xf0f0', '-j CONNMARK --save-mark --nfmask 0xff --ctmask 0xff00 --left-shift-mark 8', '-j CONNMARK --restore-mark',
    ], 0x312), 0x12f0);
  });

  it('does nothing where there is no connection', async () => {
    const restore = ['PREROUTING -j CONNMARK --restore-mark'];
    assert.equal((await meet({ raw: ['PREROUTING -j NOTRACK'], mangle: restore }, [`${SYN} mark=7`]))[0]!.packet.mark, 7);
    assert.equal((await meet({ mangle: restore }, [`${SYN.replace('SYN', 'SYN,ACK')} mark=7`]))[0]!.packet.mark, 7);
    assert.equal((await meet({ raw: ['PREROUTING -j CONNMARK --set-mark 0x1f'], mangle: restore }, [`${SYN} mark=7`]))[0]!.packet.mark, 0);
  });

  it('keeps the mark for later packets of the connection, in both directions', async () => {
    const rules = { mangle: ['PREROUTING -j CONNMARK --restore-mark', 'PREROUTING -m mark ! --mark 0 -j ACCEPT', 'PREROUTING -i eth0 -j MARK --set-mark 3', 'PREROUTING -j CONNMARK --save-mark'] };
    const [, answer] = await meet(rules, [SYN, 'tcp 9.9.9.9:80 -> 1.1.1.1:40000 in=eth1 out=eth0 flags=SYN,ACK']);
    assert.equal(answer!.packet.mark, 3);
    assert.equal(answer!.steps.length, 2);
  });
});

describe('HMARK', () => {
  const FLOWS = [
    SYN, SYN.replace('40000', '5').replace(':80', ':4000'), SYN.replace('tcp', 'udp').replace(' flags=SYN', ''),
    'icmp 1.1.1.1 -> 9.9.9.9 type=echo-request in=eth0 out=eth1', 'sctp 1.1.1.1:40000 -> 9.9.9.9:80 in=eth0 out=eth1',
  ];
  const marks = async (options: string, packets: readonly string[], family?: 'ipv6'): Promise<(number | undefined)[]> => {
    const more = family === undefined ? {} : { family };
    return Promise.all(packets.map(async (packet) => (await meet({ mangle: [`PREROUTING -j HMARK ${options}`] }, [packet], more))[0]!.packet.mark));
  };

  it('hashes addresses, ports and protocol as the kernel does', async () => {
    assert.deepEqual(await marks('--hmark-tuple src,dst,sport,dport,proto --hmark-mod 1000000 --hmark-rnd 0xcafe --hmark-offset 100', FLOWS), [599369, 79344, 599369, 67408, 599369]);
    assert.deepEqual(await marks('--hmark-src-prefix 8 --hmark-mod 4294967295 --hmark-rnd 1', FLOWS.slice(0, 4)), [3560250273, 3560250273, 3560250273, 3560250273]);
    assert.deepEqual(await marks('--hmark-sport-mask 0xff --hmark-dport 0x1234 --hmark-proto-mask 0xf --hmark-mod 4294967295 --hmark-rnd 0', FLOWS), [2059308178, 2992603514, 2059308179, 459859285, 2059308176]);
    assert.deepEqual(await marks('--hmark-tuple src --hmark-mod 10 --hmark-rnd 1 --hmark-offset 4294967290', FLOWS.slice(0, 1)), [0]);
  });

  it('takes the flow of a connection where told to', async () => {
    const tracked = { nat: ['POSTROUTING -j RETURN'] };
    const [syn] = await meet({ ...tracked, mangle: ['PREROUTING -j HMARK --hmark-tuple ct,src,dst,sport,dport --hmark-mod 4294967295 --hmark-rnd 5', 'PREROUTING -m conntrack --ctstate NEW'] }, [SYN]);
    assert.equal(syn!.packet.mark, 2547678658);
    const [untracked] = await meet({ raw: ['PREROUTING -j NOTRACK'], mangle: ['PREROUTING -j HMARK --hmark-tuple ct --hmark-mod 10 --hmark-rnd 5'] }, [`${SYN} mark=9`]);
    assert.equal(untracked!.packet.mark, 9);
  });

  it('folds IPv6 addresses', async () => {
    const flows = ['tcp [2001:db8::1:2]:40000 -> [2001:db8:9::9]:80 in=eth0 out=eth1', 'tcp [2001:db8::1:2]:5 -> [2001:db8:9::9]:4000 in=eth0 out=eth1', 'udp [2001:db8::1:2]:40000 -> [2001:db8:9::9]:80 in=eth0 out=eth1'];
    assert.deepEqual(await marks('--hmark-tuple src,dst,sport,dport,proto --hmark-mod 1000000 --hmark-rnd 0xcafe --hmark-offset 100', flows, 'ipv6'), [288115, 200909, 288115]);
    assert.deepEqual(await marks('--hmark-src-prefix 8 --hmark-mod 4294967295 --hmark-rnd 1', flows, 'ipv6'), [2503417476, 2503417476, 2503417476]);
  });

  it('has nothing in the place of ports where a protocol has none, and the SPI where it has one', async () => {
    assert.deepEqual(await marks('--hmark-sport 7 --hmark-mod 8 --hmark-rnd 0xfeedcafe', ['253 1.1.1.1 -> 9.9.9.9 in=eth0', 'gre 1.1.1.1 -> 9.9.9.9 in=eth0']), [2, 2]);
    assert.deepEqual(await marks('--hmark-spi-mask 0xffff --hmark-mod 1000000 --hmark-rnd 1', ['esp 1.1.1.1 -> 9.9.9.9 spi=300 in=eth0', 'ah 1.1.1.1 -> 9.9.9.9 spi=300 in=eth0', SYN]), [932671, 932671, 716681]);
  });

  it('leaves the mark open where the hash is', async () => {
    assert.deepEqual(await marks('--hmark-tuple src,sport --hmark-mod 10 --hmark-rnd 1', ['tcp 1.1.1.1 -> 9.9.9.9:80 in=eth0 out=eth1', 'esp 1.1.1.1 -> 9.9.9.9 in=eth0 out=eth1']), [undefined, undefined]);
  });
});
