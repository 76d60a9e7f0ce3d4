import assert from 'node:assert/strict';
import { foundByValue } from '../../../server/src/core/engine/compile/candidates.ts';
import { compile } from '../../../server/src/core/engine/compile/compile.ts';
import type { ScanInput } from '../../../server/src/core/engine/compile/scan.ts';
import type { Packet } from '../../../server/src/core/engine/packet.ts';
import { simulate } from '../../../server/src/core/engine/simulate.ts';
import { Worlds } from '../../../server/src/core/engine/world.ts';
import type { Family } from '../../../server/src/core/netfilter.ts';
import { openDocument } from '../../support/document.ts';
import { generateRuleset } from '../../kernel/generate.ts';
import { neighbourhoodOf } from '../../kernel/neighbourhood.ts';
import { Random } from '../../kernel/random.ts';
import { Traffic } from '../../kernel/traffic.ts';
import { packetOf } from '../../kernel/translate.ts';
import { way } from './run.ts';

/** Asserts that rules are found by value exactly when testing one after the other finds them. */
async function sameBothWays(text: string, family: Family, packets: readonly Packet[]): Promise<void> {
  const document = await openDocument(text, family === 'ipv6' ? 'rules.v6' : 'rules.v4');
  document.setFamily(family);
  const program = compile(document.ruleset());
  const worlds = { matched: new Worlds(), all: new Worlds() };
  for (const packet of packets) {
    const [quick, thorough] = (['matched', 'all'] as const).map((trace) => {
      const result = simulate(program, worlds[trace], packet, { trace });
      return (result.outcomes ?? [result]).map(way);
    });
    assert.deepEqual(quick, thorough);
  }
}

function packetsOf(random: Random, family: Family, count: number): Packet[] {
  const traffic = new Traffic(random, neighbourhoodOf(family), true);
  return Array.from({ length: count }, () => packetOf({ ...traffic.next(), out_iface: 'eth1' }, family, neighbourhoodOf(family).topology));
}

describe('the index of a chain', () => {
  it('finds the rules that a walk through all of them finds', async () => {
    for (let seed = 1; seed <= 100; seed++) {
      const random = new Random(seed);
      const family = seed % 3 === 0 ? 'ipv6' : 'ipv4';
      await sameBothWays(generateRuleset(random, family), family, packetsOf(random, family, 12));
    }
  });

  it('does so in large chains', async () => {
    const random = new Random(7);
    const rule = (index: number): string => {
      const parts = [
        random.chance(0.5) ? `${random.chance(0.1) ? '! ' : ''}-s 10.${random.below(4)}.${random.below(4)}.0/${random.pick([16, 22, 24, 30, 32])}` : '',
        random.chance(0.3) ? `-d ${random.pick(['10.2.0.1', '10.2.0.2', '10.2.0.0/16', '10.2.0.0/255.255.0.255'])}` : '',
        random.chance(0.2) ? `${random.chance(0.3) ? '! ' : ''}-i ${random.pick(['eth0', 'eth+', 'lo'])}` : '',
        random.chance(0.2) ? `-p tcp ${random.chance(0.3) ? '! ' : ''}${random.pick(['--syn', '--tcp-flags FIN,ACK FIN', '--tcp-flags ALL NONE', '--tcp-flags NONE NONE', '--tcp-flags SYN,RST,ACK SYN,FIN'])}`
          : random.chance(0.7) ? `-p ${random.pick(['tcp', 'udp'])} ${random.chance(0.2) ? '! ' : ''}--${random.pick(['dport', 'sport'])} ${random.pick([22, 53, 80, 443, 33000])}${random.chance(0.2) ? ':40000' : ''}` : '',
      ];
      return `-A INPUT ${parts.filter((part) => part !== '').join(' ')} ${index % 100 === 99 ? '-j ACCEPT' : '-j LOG'}`;
    };
    const text = `*filter\n${Array.from({ length: 800 }, (_, index) => rule(index)).join('\n')}\nCOMMIT\n`;
    const packets = Array.from({ length: 60 }, () => packetOf({
      path: 'in', src: `10.${random.below(4)}.${random.below(4)}.${random.below(4)}`, dst: random.pick(['10.2.0.1', '10.2.0.2', '10.2.3.1']), in_iface: random.pick(['eth0', 'eth1']),
      proto: random.pick(['tcp', 'udp', 'icmp']), sport: random.pick([53, 33000]), dport: random.pick([22, 53, 80, 443, 39999]), flags: random.pick(['SYN', 'ACK', 'FIN', 'NONE', 'SYN,FIN', 'ALL']),
    }, 'ipv4'));
    await sameBothWays(text, 'ipv4', packets);
  });

  it('compares few rules of a thousand with a packet', async () => {
    const random = new Random(8);
    const rules = Array.from({ length: 1000 }, () => `-A INPUT ${random.chance(0.5) ? `-s 10.${random.below(9)}.${random.below(9)}.${random.below(9)}` : `-p tcp --dport ${random.below(9999)}`} -j DROP`);
    const document = await openDocument(`*filter\n${rules.join('\n')}\nCOMMIT\n`);
    const { hooks: { INPUT: [stage] }, interfaces } = compile(document.ruleset());
    assert.ok(stage?.kind === 'table');
    const { scan } = stage.chain;
    for (let each = 0; each < 100; each++) {
      const looked: ScanInput = {
        source: 0x0a000000 + random.below(0x90909), destination: 1, words: undefined, protocol: 6, sourcePort: 33000, destinationPort: random.below(9999), tcpFlags: 2,
        inInterface: 'eth0', outInterface: '', interfaces: interfaces.pair('eth0', ''), kind: 0,
      };
      const { groups, others } = scan.candidates(looked);
      const compared = foundByValue(groups, looked).length + others.length;
      assert.ok(compared < 20, `${compared} rules are compared`);
    }
  });
});
