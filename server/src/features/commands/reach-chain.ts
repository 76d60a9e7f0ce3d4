import type { Analysis } from '../../core/analysis/analysis.ts';
import { analysisOf } from '../../core/analysis/known.ts';
import type { Hook } from '../../core/netfilter.ts';
import type { PacketSet } from '../../core/sets/diagram.ts';
import { protocolName } from '../../core/values/protocol.ts';
import { defineCommand } from '../feature.ts';
import type { Session } from '../session.ts';
import { readPlace } from '../support/command-argument.ts';
import { followedAt } from '../support/followed.ts';
import { placeInRuleset } from '../support/place-in-ruleset.ts';
import { packetsReaching } from '../support/reaching.ts';

/** What can come to a chain, in words, with a packet for each built-in chain that leads there. */
export interface ChainReach {
  readonly summary: string;
  readonly packets: readonly { readonly hook: Hook; readonly packet: string }[];
}

/** Says which packets come to the chain of the line. */
export function reachChain(session: Session, argument: unknown): ChainReach {
  const { uri, line } = readPlace(argument);
  const asked = session.document(uri);
  const document = asked && followedAt(asked, line).document;
  const at = document?.lineAt(line ?? 0)?.line;
  const place = document === undefined || at === undefined ? undefined : placeInRuleset(document, at);
  if (document === undefined || place === undefined) return { summary: 'There is no chain on this line.', packets: [] };
  const { table, chain: { name, rules }, ruleset } = place;
  if (rules.length === 0) return { summary: `${name} holds no rules.`, packets: [] };
  const analysis = analysisOf(ruleset);
  const first = { table, chain: name, index: 0 };
  const reaching = analysis.reaching(table, first);
  const packets = [...packetsReaching(session, document, analysis, first, reaching, false)];
  if (packets.length === 0) return { summary: `No packet comes to ${name}.`, packets: [] };
  const ways = packets.map(({ hook, packet, isSure }) => `from ${hook} ${inWords(analysis, analysis.space.intersection(reaching, analysis.space.atHooks([hook])))}, such as \`${packet}\`${isSure ? '' : ' (if what is not known allows it)'}`);
  return { summary: `To ${name} come ${ways.join('; ')}.`, packets: packets.map(({ hook, packet }) => ({ hook, packet })) };
}

/** So many values of a field are listed. */
const MOST_VALUES = 4;

/** What packets of a set have in common: their protocols and interfaces. */
function inWords({ space }: Analysis, set: PacketSet): string {
  const has = (part: PacketSet): boolean => space.intersects(set, part);
  const protocols = Array.from({ length: 256 }, (_, number) => number).filter((number) => has(space.equals('protocol', number)));
  const parts = [protocols.length > MOST_VALUES ? 'packets of any protocol' : `${protocols.map((number) => protocolName(number) ?? number).join(' and ')} packets`];
  for (const side of ['in', 'out'] as const) {
    const codes = [...space.names.classes.keys()].filter((code) => code > 0 && has(space.equals(side, code)));
    const named = codes.filter((code) => space.names.classes[code]!.named);
    if (codes.length > 0 && codes.length === named.length && named.length <= MOST_VALUES) parts.push(`${side === 'in' ? 'by' : 'to'} ${named.map((code) => space.names.classes[code]!.name).join(' or ')}`);
  }
  return parts.join(' ');
}

export default defineCommand({ name: 'iptables-lens.reachChain', run: reachChain });
