import { TCP_FLAGS } from '../../engine/packet.ts';
import { PROTOCOL } from '../../engine/protocols.ts';
import type { Condition } from '../../engine/traversal.ts';
import { Unknown } from '../../engine/truth.ts';
import { choice, type Choice } from '../../values/choice.ts';
import { integer } from '../../values/integer.ts';
import { text } from '../../values/text.ts';
import type { ValueType } from '../../values/value.ts';
import { defineMatch, negation, option, type ExtensionUse } from '../definition.ts';
import { questionPackets } from '../shared/packet-sets.ts';

/** A number from 0 to 2 with its meanings. */
function level(what: string, details: readonly string[]): ValueType<number> {
  const choices = details.map((detail, value): Choice<number> => ({ name: String(value), value, detail }));
  const { complete, hover } = choice({ what, placeholder: 'LEVEL', choices }) as Required<ValueType<number>>;
  return { ...integer({ what, min: 0, max: 2, example: '0', placeholder: 'LEVEL' }), complete, hover };
}

const genre = option('genre', text({ what: 'the name of a system', placeholder: 'NAME', max: 31, quoted: false }), { negatable: true });
const ttl = option('ttl', level('a way to compare the TTL', ['the TTL is that of the fingerprint: on the own link', 'the TTL is at most that of the fingerprint', 'the TTL does not count']));
const log = option('log', level('a log level', ['log every fingerprint that fits, and packets that none fits', 'log the first fingerprint that fits', 'log every fingerprint that fits']));

/** Only a packet that opens a connection is compared; of any other the kernel says no, even to a negated option. */
function conditions(use: ExtensionUse): readonly Condition[] {
  const bound = use.option(genre);
  if (bound === undefined) return [];
  const question = new Unknown(`the kernel's fingerprints tell the sender for ${bound.value}`);
  const asked = bound.negated ? negation(question) : question;
  return [{
    source: bound.text,
    test: ({ packet: { tcpFlags } }) => (tcpFlags !== undefined && (tcpFlags & TCP_FLAGS.SYN) === 0 ? false : asked),
    observe: ({ packet: { tcpFlags } }) => (tcpFlags !== undefined && (tcpFlags & TCP_FLAGS.SYN) === 0 ? 'the packet has no SYN flag' : 'the sender\'s system is open'),
  }];
}

export default defineMatch({
  name: 'osf',
  families: ['ipv4'],
  protocols: [PROTOCOL.tcp],
  hooks: ['PREROUTING', 'INPUT', 'FORWARD'],
  options: [genre, ttl, log],
  requires: [['genre']],
  conditions,
  packets: questionPackets(),
});
