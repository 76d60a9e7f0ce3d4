import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compile } from '../../../server/src/core/engine/compile/compile.ts';
import { TCP_FLAGS, type Packet } from '../../../server/src/core/engine/packet.ts';
import { simulate } from '../../../server/src/core/engine/simulate.ts';
import { Worlds } from '../../../server/src/core/engine/world.ts';
import { runExpectations } from '../../../server/src/core/expectations/expectations.ts';
import { RulesetDocument } from '../../../server/src/core/ruleset/document.ts';
import { testParser } from '../../support/document.ts';
import { filterTable, PACKETS } from '../analysis/rulesets.ts';

/** Classes in notation, and which packets they are: those of a first packet, unmarked, where nothing else is said. */
const CLASSES: readonly { readonly text: string; readonly holds: (packet: Packet) => boolean }[] = [
  { text: 'tcp any -> any:22 in=eth0', holds: ({ path, in: device, protocol, destinationPort }) => path === 'in' && device === 'eth0' && protocol === 6 && destinationPort === 22 },
  { text: 'udp 10.0.0.0/8 -> any in=wlan0', holds: ({ path, in: device, protocol, source }) => path === 'in' && device === 'wlan0' && protocol === 17 && (source as number) >>> 24 === 10 },
  { text: 'tcp 10.1.0.0/16 -> any in=eth9 out=eth0', holds: ({ path, out, protocol, source }) => path === 'forward' && out === 'eth0' && protocol === 6 && (source as number) >>> 16 === 0x0a01 },
  { text: 'udp any -> any:9 out=eth9', holds: ({ path, out, protocol, destinationPort }) => path === 'out' && out === 'eth9' && protocol === 17 && destinationPort === 9 },
];

const isPlain = ({ state, mark, tcpFlags }: Packet): boolean => state === 'NEW' && mark === 0 && (tcpFlags === undefined || tcpFlags === TCP_FLAGS.SYN);

describe('expectations about classes, in any ruleset', () => {
  it('hold for every packet of an enumeration, or are refuted by one of the class', async () => {
    const parser = await testParser();
    const counts = { pass: 0, fail: 0 };
    fc.assert(fc.property(filterTable, fc.constantFrom(...CLASSES), fc.constantFrom('ACCEPT', 'DROP', 'REJECT'), (rules, { text, holds }, expected) => {
      const document = new RulesetDocument(parser, 'file:///test/rules.v4', 'iptables', 1, `# expect ${expected}: ${text}\n${rules}`);
      const program = compile(document.ruleset());
      const send = (packet: Packet): string => simulate(program, new Worlds(), packet).verdict;
      const [answer] = runExpectations(document.lines, { family: 'ipv4', program: () => program, ruleset: () => document.ruleset() });
      const members = PACKETS.filter((packet) => isPlain(packet) && holds(packet));
      const contrary = members.find((packet) => send(packet) !== expected);
      assert.ok(answer!.status === 'pass' || answer!.status === 'fail', answer!.message);
      counts[answer!.status]++;
      if (answer!.status === 'pass') assert.equal(contrary, undefined, `${text}\n${rules}`);
      const { counterexample } = answer!;
      if (counterexample === undefined) return;
      assert.ok(holds(counterexample) && counterexample.mark === 0, `not of the class: ${answer!.message}`);
      assert.notEqual(send(counterexample), expected, answer!.message);
    }), { numRuns: 150 });
    assert.ok(counts.pass > 15 && counts.fail > 15, JSON.stringify(counts));
  });
});
