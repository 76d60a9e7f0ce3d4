import assert from 'node:assert/strict';
import { compile } from '../../../server/src/core/engine/compile/compile.ts';
import { simulate } from '../../../server/src/core/engine/simulate.ts';
import { Worlds } from '../../../server/src/core/engine/world.ts';
import { resultToJson } from '../../../server/src/core/notation/json.ts';
import { packetFromJson } from '../../../server/src/core/notation/read-json.ts';
import { openDocument } from '../../support/document.ts';
import { facts } from '../engine/run.ts';

type Json = Readonly<Record<string, unknown>>;

const RULES = `*nat
-A PREROUTING -i eth0 -p tcp --dport 80 -j DNAT --to-destination 10.0.0.5:8080
COMMIT
*filter
:INPUT DROP [0:0]
:FORWARD DROP [0:0]
:WEB - [0:0]
-A INPUT -p udp -j REJECT
-A INPUT -p tcp --dport 22 -j LOG --log-prefix "ssh "
-A INPUT -p tcp --dport 22
-A INPUT -p 47 -j NFQUEUE --queue-num 3
-A INPUT -m string --string GET --algo bm -j ACCEPT
-A FORWARD -p tcp -j WEB
-A WEB -d 10.0.0.5 -j ACCEPT
COMMIT
`;

/** What the command line answers to these packets, all in one world. */
async function answers(packets: readonly Json[], all = false): Promise<Json[]> {
  const document = await openDocument(RULES, 'rules.v4');
  const program = compile(document.ruleset(), {});
  const worlds = new Worlds();
  const host = facts({ interfaces: { eth0: ['203.0.113.10/24'], eth1: ['10.0.0.1/24'] }, local: ['198.51.100.5'], routes: ['10.0.0.0/8 dev eth1', 'default dev eth0'], forwarding: true });
  return packets.map((packet) => {
    const read = packetFromJson(packet, 'ipv4');
    assert.ok(read.ok, read.ok ? '' : read.message);
    return JSON.parse(JSON.stringify(resultToJson(simulate(program, worlds, read.packet, { host, trace: all ? 'all' : 'matched' })))) as Json;
  });
}

const IN = { path: 'in', in: 'eth0', source: '192.0.2.1', destination: '203.0.113.10' };
const SSH = { ...IN, protocol: 'tcp', sport: 40000, dport: 22, flags: ['SYN'] };
const DEFAULTS = { mark: 0, tos: 0, uid: 0, gid: 0 };

describe('results as JSON', () => {
  it('list every matched rule in order, with or without a target, and the policy that gave the verdict', async () => {
    const [result] = await answers([{ ...SSH, length: 60 }]);
    const { assumptions, outcomes, ...rest } = result!;
    assert.equal(rest.verdict, 'UNKNOWN');
    assert.ok(Array.isArray(outcomes) && assumptions === undefined);
    const dropped = (outcomes as Json[]).find(({ verdict }) => verdict === 'DROP')!;
    assert.deepEqual(dropped.steps, [
      { table: 'filter', chain: 'INPUT', rule: 2, line: 9, target: 'LOG', matched: true },
      { table: 'filter', chain: 'INPUT', rule: 3, line: 10, target: null, matched: true },
      { table: 'filter', chain: 'INPUT', rule: 5, line: 12, target: 'ACCEPT', matched: 'unknown', reason: '--string GET --algo bm: the content of the packet is open' },
    ]);
    assert.deepEqual(dropped.policy, { table: 'filter', chain: 'INPUT' });
    assert.deepEqual(dropped.assumptions, ['not: the packet holds "GET"']);
  });

  it('give the packet as it leaves, with the keys of packets, one ttl less where it was forwarded', async () => {
    const forwarded = { path: 'forward', in: 'eth0', out: 'eth1', protocol: 'tcp', source: '192.0.2.1', destination: '203.0.113.10', sport: 40001, dport: 80, flags: ['SYN'] };
    const [there, back] = await answers([forwarded, { path: 'forward', in: 'eth1', out: 'eth0', protocol: 'tcp', source: '10.0.0.5', destination: '192.0.2.1', sport: 8080, dport: 40001, flags: ['SYN', 'ACK'] }]);
    assert.deepEqual(there!.steps, [
      { table: 'nat', chain: 'PREROUTING', rule: 1, line: 2, target: 'DNAT', matched: true, effect: 'destination becomes 10.0.0.5:8080' },
      { table: 'filter', chain: 'FORWARD', rule: 1, line: 13, target: 'WEB', matched: true, effect: 'jumps to WEB' },
      { table: 'filter', chain: 'WEB', rule: 1, line: 14, target: 'ACCEPT', matched: true },
    ]);
    assert.deepEqual([there!.verdict, there!.policy, there!.packet], ['ACCEPT', undefined, { ...forwarded, ...DEFAULTS, ttl: 63, destination: '10.0.0.5', dport: 8080 }]);
    // The reply of the same world is translated back, and goes by the policy.
    assert.deepEqual([back!.verdict, back!.policy], ['DROP', { table: 'filter', chain: 'FORWARD' }]);
  });

  it('name the type of REJECT though no rule says it, and QUEUE', async () => {
    const [rejected, queued] = await answers([{ ...IN, protocol: 'udp', sport: 1, dport: 2 }, { ...IN, protocol: 47 }]);
    assert.deepEqual([rejected!.verdict, rejected!.rejectWith], ['REJECT', 'icmp-port-unreachable']);
    assert.equal(queued!.verdict, 'QUEUE');
  });

  it('end at POSTROUTING for what goes to lo', async () => {
    const [result] = await answers([{ path: 'out', protocol: 'udp', source: '203.0.113.10', destination: '198.51.100.5', sport: 1, dport: 2 }]);
    assert.deepEqual([result!.verdict, result!.steps, (result!.packet as Json).out, (result!.packet as Json).path], ['ACCEPT', [], 'lo', 'out']);
  });

  it('have rules that did not match, with the reason, when all steps are asked for', async () => {
    const [result] = await answers([{ ...IN, protocol: 'icmp', icmpType: 8, icmpCode: 0 }], true);
    const first = (result!.steps as Json[])[0]!;
    assert.deepEqual(Object.keys(first).sort(), ['chain', 'line', 'matched', 'reason', 'rule', 'table', 'target']);
    assert.equal(first.matched, false);
  });

  it('take every key of a packet, and an error about an earlier one', async () => {
    const everything = {
      ...SSH, sport: 41000, dport: 23, state: 'NEW', mark: 7, tos: 16, ttl: 9, length: 60, mac: '02:00:00:00:00:01', uid: 0, gid: 0, at: 1.5,
    };
    const error = { ...IN, protocol: 'icmp', icmpType: 3, icmpCode: 1, inner: { protocol: 'tcp', source: '203.0.113.10', destination: '192.0.2.1', sport: 23, dport: 41000 }, at: 2 };
    const [first, second] = await answers([everything, error]);
    assert.deepEqual(first!.packet, { ...everything, path: 'in' });
    assert.deepEqual(((second!.packet as Json).inner as Json).dport, 41000);
  });
});
