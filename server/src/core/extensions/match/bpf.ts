import type { Condition } from '../../engine/traversal.ts';
import { Unknown, type Truth } from '../../engine/truth.ts';
import type { Packet } from '../../engine/packet.ts';
import { bpfProgram, type BpfInstruction } from '../../values/bpf-program.ts';
import { fail, lookedUp, type ValueType } from '../../values/value.ts';
import { conditionOf, defineMatch, option } from '../definition.ts';
import { runBpf } from '../shared/bpf-run.ts';
import { bytesOf } from '../shared/header-bytes.ts';
import { unseenCondition } from '../shared/unseen.ts';
import { questionPackets } from '../shared/packet-sets.ts';

/** A program that was pinned in the BPF file system; iptables opens it when it reads the rule. */
const pinnedPath: ValueType<string> = {
  placeholder: 'PATH',
  parse: (text) => (text === '' ? fail('The path of a pinned program is missing; write one such as `/sys/fs/bpf/filter`.') : lookedUp(text, `The program \`${text}\` is opened when the ruleset is loaded; a host without it refuses the rule, so pin it before.`)),
  print: (path) => path,
};

const bytecode = option('bytecode', bpfProgram);
const pinned = option('object-pinned', pinnedPath);

const QUESTION = new Unknown('the BPF program takes the packet');

function programTruth(program: readonly BpfInstruction[], packet: Packet): Truth {
  return runBpf(program, { bytes: bytesOf(packet), mark: packet.mark, etherType: packet.family === 'ipv4' ? 0x0800 : 0x86dd }) ?? QUESTION;
}

export default defineMatch({
  name: 'bpf',
  families: ['ipv4', 'ipv6'],
  options: [bytecode, pinned],
  requires: [['bytecode', 'object-pinned']],
  conditions: (use): readonly Condition[] => [
    ...conditionOf(use, bytecode, (program, { packet }) => programTruth(program, packet), ({ packet }) => (programTruth(use.option(bytecode)!.value, packet) === false ? 'the program returns 0' : 'what the program returns is open')),
    ...unseenCondition(use, pinned, 'the program', (path) => `${path} takes the packet`),
  ],
  packets: questionPackets(),
});
