import { wordsOf } from '../../engine/address.ts';
import type { Connection } from '../../engine/conntrack/connection.ts';
import { jenkins, scale } from '../../engine/conntrack/jhash.ts';
import type { Address } from '../../engine/packet.ts';
import type { Condition } from '../../engine/traversal.ts';
import { Unknown, type Truth } from '../../engine/truth.ts';
import { integer } from '../../values/integer.ts';
import { defineMatch, option, type BoundOption, type ExtensionUse, type Problem } from '../definition.ts';
import { byConnection } from '../shared/connection.ts';
import { negate } from '../shared/fields.ts';

/** A cluster has at most as many nodes as a mask has bits. */
const MOST_NODES = 32;

const hex = (value: number): string => `0x${value.toString(16).padStart(8, '0')}`;

const total = option('cluster-total-nodes', integer({ what: 'a number of nodes', min: 1, max: MOST_NODES, example: '2', placeholder: 'NODES' }));
const node = option('cluster-local-node', integer({ what: 'a node', min: 1, max: MOST_NODES, example: '1', placeholder: 'NODE' }), { negatable: true, conflicts: ['cluster-local-nodemask'] });
const mask = option('cluster-local-nodemask', integer({ what: 'a mask of nodes', min: 1, max: MOST_NODES, example: '1', placeholder: 'MASK', print: hex }), { negatable: true, conflicts: ['cluster-local-node'] });
const seed = option('cluster-hash-seed', integer({ what: 'a hash seed', min: 0, max: 0xffffffff, example: '0xdeadbeef', placeholder: 'SEED', print: hex }));

/** The nodes that the rule is for, a bit each, as iptables hands them to the kernel. */
function nodes(use: ExtensionUse): { readonly bound: BoundOption<number>; readonly bits: number } | undefined {
  const one = use.option(node);
  if (one !== undefined) return { bound: one, bits: (1 << (one.value - 1)) >>> 0 };
  const several = use.option(mask);
  return several === undefined ? undefined : { bound: several, bits: several.value };
}

const swapped = (word: number): number => (((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)) | 0;

/**
 * The node, from 0, that a source address belongs to. The kernel hashes 32 bits as a little-endian machine reads them: of
 * an IPv6 address only the first 32. Seen in the kernel.
 */
function nodeOf(source: Address, hashSeed: number, count: number): number {
  const word = typeof source === 'bigint' ? wordsOf(source)[0] : source;
  return scale(jenkins([swapped(word)], hashSeed), count);
}

function conditions(use: ExtensionUse): readonly Condition[] {
  const [wanted, count, hashSeed] = [nodes(use), use.option(total)?.value, use.option(seed)?.value];
  if (wanted === undefined || count === undefined || hashSeed === undefined) return [];
  const { bound, bits } = wanted;
  const belongs = ({ expected, original: { source } }: Connection): Truth => {
    // An announced connection goes where the one that announced it went.
    if (expected || source === undefined) return new Unknown('the connection belongs to this node of the cluster');
    return ((bits >>> nodeOf(source, hashSeed, count)) & 1) === 1;
  };
  return [{
    source: use.options.map(({ text }) => text).join(' '),
    // Without an entry, or with what stands for one in raw, the kernel says no, even to a negated option.
    test: (traversal) => byConnection(traversal, false, (connection) => !connection.isTemplate && negate(bound, belongs(connection))),
    observe({ connection }) {
      if (connection === undefined || connection.isTemplate) return 'conntrack has no entry for the packet';
      const { expected, original: { source } } = connection;
      return expected || source === undefined ? 'the node of the connection is open' : `the connection belongs to node ${nodeOf(source, hashSeed, count) + 1}`;
    },
  }];
}

function check(use: ExtensionUse): readonly Problem[] {
  const [wanted, count] = [nodes(use), use.option(total)?.value];
  if (wanted === undefined || count === undefined || wanted.bits < 2 ** count) return [];
  return [{ code: 'invalid-value', message: `\`${wanted.bound.text}\` is beyond the nodes of the cluster; with \`--cluster-total-nodes ${count}\` they are from 1 to ${count}.`, span: wanted.bound.span }];
}

function save(use: ExtensionUse): readonly string[] {
  const wanted = nodes(use);
  const [count, hashSeed] = [use.option(total)?.value, use.option(seed)?.value];
  if (wanted === undefined || count === undefined || hashSeed === undefined) return [];
  return [...(wanted.bound.negated ? ['!'] : []), '--cluster-local-nodemask', hex(wanted.bits), '--cluster-total-nodes', String(count), '--cluster-hash-seed', hex(hashSeed)];
}

export default defineMatch({
  name: 'cluster',
  families: ['ipv4', 'ipv6'],
  tracks: true,
  options: [total, node, mask, seed],
  requires: [['cluster-total-nodes'], ['cluster-local-node', 'cluster-local-nodemask'], ['cluster-hash-seed']],
  check,
  save,
  conditions,
});
