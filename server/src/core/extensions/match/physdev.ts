import type { Condition, Traversal } from '../../engine/traversal.ts';
import { Unknown, type Truth } from '../../engine/truth.ts';
import { HOOKS, type Hook } from '../../netfilter.ts';
import { bridgePort } from '../../values/interface.ts';
import { defineMatch, flag, option, type BoundOption, type ExtensionUse } from '../definition.ts';
import { negate } from '../shared/fields.ts';
import { questionPackets } from '../shared/packet-sets.ts';

const inPort = option('physdev-in', bridgePort, { negatable: true });
const outPort = option('physdev-out', bridgePort, { negatable: true });
const isIn = flag('physdev-is-in', { negatable: true });
const isOut = flag('physdev-is-out', { negatable: true });
const isBridged = flag('physdev-is-bridged', { negatable: true });

/** What each option asks, in the order in which iptables-save prints them. */
const QUESTIONS = [
  { spec: isIn, ask: () => 'the packet came by a bridge port' },
  { spec: inPort, ask: (port: string) => `the packet came by the bridge port ${port}` },
  { spec: isOut, ask: () => 'the packet leaves by a bridge port' },
  { spec: outPort, ask: (port: string) => `the packet leaves by the bridge port ${port}` },
  { spec: isBridged, ask: () => 'the packet is bridged, not routed' },
] as const;

/** Whether the packet can have met no bridge: packets of local processes in OUTPUT, and what came by loopback. */
const offBridge = ({ packet, hook, inInterface }: Traversal): boolean => (packet.path === 'out' && hook === 'OUTPUT') || inInterface === 'lo';

/** Off a bridge exactly the negated options hold; elsewhere nothing is known of ports. Seen in the kernel. */
function condition(bound: BoundOption<unknown>, question: string): Condition {
  const decide = (traversal: Traversal): Truth => (offBridge(traversal) ? false : new Unknown(question));
  return {
    source: bound.text,
    test: (traversal) => negate(bound, decide(traversal)),
    observe: (traversal) => (offBridge(traversal) ? 'the packet has met no bridge' : 'whether it met a bridge is open'),
  };
}

function conditions(use: ExtensionUse): readonly Condition[] {
  return QUESTIONS.flatMap(({ spec, ask }) => {
    const bound = use.options.find((each) => each.spec === spec);
    return bound === undefined ? [] : [condition(bound, ask(String(bound.value)))];
  });
}

/** The outgoing port is not known in OUTPUT, unless only bridged packets are meant. */
function hooksFor(use: ExtensionUse): readonly Hook[] {
  const bridged = use.option(isBridged);
  const asksOut = use.option(outPort) !== undefined || use.option(isOut) !== undefined;
  return asksOut && (bridged === undefined || bridged.negated) ? HOOKS.filter((hook) => hook !== 'OUTPUT') : HOOKS;
}

export default defineMatch({
  name: 'physdev',
  families: ['ipv4', 'ipv6'],
  options: QUESTIONS.map(({ spec }) => spec),
  requires: [QUESTIONS.map(({ spec }) => spec.name)],
  hooksFor,
  conditions,
  packets: questionPackets(),
});
