import type { Condition } from '../../engine/traversal.ts';
import { PROTOCOL } from '../../engine/protocols.ts';
import { Unknown, type Truth } from '../../engine/truth.ts';
import { both } from '../../sets/bounds.ts';
import { portRange } from '../../values/port.ts';
import { chunkMode, sctpChunks, type ChunkMode, type SctpChunks } from '../../values/sctp-chunk.ts';
import { defineMatch, option, type ExtensionUse, type OptionSpec } from '../definition.ts';
import { negate } from '../shared/fields.ts';
import { optionQuestion, portsPackets, transportPackets } from '../shared/packet-sets.ts';
import { needsHeader, portCondition } from '../shared/transport.ts';

const sourcePort = option('source-port', portRange('sctp'), { aliases: ['sport'], saved: 'sport', negatable: true });
const destinationPort = option('destination-port', portRange('sctp'), { aliases: ['dport'], saved: 'dport', negatable: true });
const chunkTypes: OptionSpec<ChunkMode> = { name: 'chunk-types', values: [chunkMode, sctpChunks], negatable: true };

const HOLDS: Readonly<Record<ChunkMode, string>> = {
  all: 'has all of the chunk types', any: 'has one of the chunk types', only: 'has no other chunk types than',
};

/** Decided where no packet can fit: it has at least one chunk, and never one of every type. */
function chunkTruth(mode: ChunkMode, chunks: SctpChunks): Truth {
  if (chunks === 'ALL' ? mode === 'all' : chunks.length === 0 && mode !== 'all') return false;
  return new Unknown(`the packet ${HOLDS[mode]} ${sctpChunks.print(chunks, { family: 'ipv4' })}`);
}

function chunkCondition(use: ExtensionUse): Condition[] {
  const bound = use.option(chunkTypes);
  if (bound === undefined) return [];
  const chunks = bound.values[1] as SctpChunks;
  return [{ source: bound.text, test: () => negate(bound, chunkTruth(bound.value, chunks)), observe: () => 'which chunks the packet has is open' }];
}

export default defineMatch({
  name: 'sctp',
  families: ['ipv4', 'ipv6'],
  protocols: [PROTOCOL.sctp],
  options: [sourcePort, destinationPort, chunkTypes],
  conditions: (use) => needsHeader(use, { header: 'SCTP' }, [
    ...portCondition(use, sourcePort, 'sourcePort'), ...portCondition(use, destinationPort, 'destinationPort'), ...chunkCondition(use),
  ]),
  packets: (use, space) => transportPackets(use, space, both(space, portsPackets(use, space, sourcePort, destinationPort), optionQuestion(use, space, chunkTypes))),
});
