import { TCP_FLAGS } from '../../engine/packet.ts';
import { PROTOCOL } from '../../engine/protocols.ts';
import type { Condition } from '../../engine/traversal.ts';
import { Unknown } from '../../engine/truth.ts';
import { ALWAYS, all, exactly, negatedIf, SOMETIMES, type Bounds } from '../../sets/bounds.ts';
import type { PacketSpace } from '../../sets/space.ts';
import { integer } from '../../values/integer.ts';
import { portRange } from '../../values/port.ts';
import { printTcpFlags, tcpFlags } from '../../values/tcp-flags.ts';
import { conditionOf, defineMatch, flag, option, type BoundOption, type ExtensionUse, type OptionSpec, type Problem } from '../definition.ts';
import { decide, negate, observed } from '../shared/fields.ts';
import { portsPackets, portsPart, translatedPackets, transportPackets } from '../shared/packet-sets.ts';
import { checkEveryPort, checkOtherPorts, needsHeader, portConditions } from '../shared/transport.ts';

const sourcePort = option('source-port', portRange('tcp'), { aliases: ['sport'], saved: 'sport', negatable: true });
const destinationPort = option('destination-port', portRange('tcp'), { aliases: ['dport'], saved: 'dport', negatable: true });
const flags: OptionSpec<number> = { name: 'tcp-flags', values: [tcpFlags, { ...tcpFlags, placeholder: 'SET' }], negatable: true, conflicts: ['syn'] };
const syn = flag('syn', { negatable: true });
const tcpOption = option('tcp-option', integer({ what: 'a TCP option', min: 1, max: 255, example: '2' }), { negatable: true });

const HANDSHAKE = TCP_FLAGS.SYN | TCP_FLAGS.RST | TCP_FLAGS.ACK | TCP_FLAGS.FIN;

/** Which flags a use looks at and which of them must be set; undefined when it asks for none. */
function flagTest(use: ExtensionUse): { bound: BoundOption; mask: number; set: number } | undefined {
  const started = use.option(syn);
  if (started !== undefined) return { bound: started, mask: HANDSHAKE, set: TCP_FLAGS.SYN };
  const given = use.option(flags);
  return given === undefined ? undefined : { bound: given, mask: given.values[0] as number, set: given.values[1] as number };
}

/** Whether iptables-nft translates the use into expressions of its own. */
const isNative = (use: ExtensionUse): boolean => use.options.length > 0 && use.option(tcpOption) === undefined;

function flagCondition(use: ExtensionUse): Condition[] {
  const asked = flagTest(use);
  if (asked === undefined) return [];
  const { bound, mask, set } = asked;
  const isPlain = mask !== 0 && (set & ~mask) === 0;
  return [{
    source: bound.text,
    ...(isPlain ? { quick: { field: 'tcpFlags', mask, set, negated: bound.negated } } : {}),
    test({ packet, backend }) {
      // With no flag to look at, iptables-nft makes no expression at all, not even for `!`. Seen in the kernel.
      if (mask === 0 && backend === 'nft' && isNative(use)) return true;
      if ((set & ~mask) !== 0 || mask === 0) return negate(bound, (set & ~mask) === 0);
      return negate(bound, decide(packet.tcpFlags, () => `of the flags ${printTcpFlags(mask)} exactly ${printTcpFlags(set)} are set`, (bits) => (bits & mask) === set, { field: 'tcpFlags' }));
    },
    observe: ({ packet }) => observed(packet.tcpFlags, 'the set of TCP flags', printTcpFlags),
  }];
}

function checkFlags(use: ExtensionUse): readonly Problem[] {
  const asked = flagTest(use);
  if (asked === undefined || (asked.set & ~asked.mask) === 0) return [];
  const outside = printTcpFlags(asked.set & ~asked.mask);
  const result = asked.bound.negated ? 'every packet matches' : 'no packet matches';
  return [{
    code: 'unmatchable-rule', accepted: true, span: asked.bound.span,
    message: `\`${outside}\` must be set but is not among the flags that are looked at, so ${result}; name it in the first list too.`,
  }];
}

/** The packets whose flags are as asked; back ends differ where no flag is looked at. */
function flagPackets(use: ExtensionUse, space: PacketSpace): Bounds {
  const asked = flagTest(use);
  if (asked === undefined) return ALWAYS;
  const { bound, mask, set } = asked;
  if (mask === 0 && bound.negated) return SOMETIMES;
  return negatedIf(space, bound.negated, exactly(space.equals('tcpFlags', set, mask)));
}

function packets(use: ExtensionUse, space: PacketSpace): Bounds {
  const chosen = use.option(tcpOption);
  const carries = chosen === undefined ? ALWAYS : negatedIf(space, chosen.negated, exactly(space.question(`-m tcp --tcp-option ${chosen.value}`)));
  if (!isNative(use)) return transportPackets(use, space, all(space, [portsPackets(use, space, sourcePort, destinationPort), flagPackets(use, space), carries]));
  const asked = flagTest(use);
  return translatedPackets(use, space, [...portsPart(use, space, sourcePort, destinationPort), ...(asked === undefined ? [] : [[flagPackets(use, space), asked.mask === 0 ? undefined : 'flags'] as const])]);
}

/** The options in iptables-save's order, without those that ask for nothing. */
function save(use: ExtensionUse): readonly string[] {
  const words: string[] = [];
  for (const spec of [sourcePort, destinationPort]) {
    const bound = use.option(spec);
    if (bound === undefined || (bound.value.from === 0 && bound.value.to === 65535)) continue;
    words.push(...(bound.negated ? ['!'] : []), `--${spec.saved!}`, spec.values[0]!.print(bound.value, { family: use.family }));
  }
  const chosen = use.option(tcpOption);
  if (chosen !== undefined) words.push(...(chosen.negated ? ['!'] : []), '--tcp-option', String(chosen.value));
  const asked = flagTest(use);
  if (asked !== undefined && (asked.mask !== 0 || asked.bound.negated)) words.push(...(asked.bound.negated ? ['!'] : []), '--tcp-flags', printTcpFlags(asked.mask), printTcpFlags(asked.set));
  return words;
}

export default defineMatch({
  name: 'tcp',
  families: ['ipv4', 'ipv6'],
  protocols: [PROTOCOL.tcp],
  options: [sourcePort, destinationPort, flags, syn, tcpOption],
  check: (use) => [...checkEveryPort(use, [sourcePort, destinationPort]), ...checkOtherPorts(use, sourcePort, destinationPort, isNative(use)), ...checkFlags(use)],
  save,
  translated: (use) => isNative(use) && (save(use).length > 0 || use.options.some(({ negated }) => negated) || (flagTest(use)?.set ?? 0) !== 0),
  conditions: (use) => needsHeader(use, { header: 'TCP', native: isNative(use), tinyDrops: true }, [
    ...portConditions(use, sourcePort, destinationPort, isNative(use)),
    ...flagCondition(use),
    ...conditionOf(use, tcpOption, (number) => new Unknown(`the packet carries the TCP option ${number}`), () => 'which TCP options it carries is open'),
  ]),
  packets,
});
