import { parsePacket } from '../../core/notation/parse.ts';
import { printPacket } from '../../core/notation/print.ts';
import { defineCommand } from '../feature.ts';
import { readPlace } from '../support/command-argument.ts';

/** Says whether a packet in notation can be read, and how we understand it. */
export default defineCommand({
  name: 'iptables-lens.checkPacket',
  run(session, argument) {
    const { uri, packet } = readPlace(argument);
    const parsed = parsePacket(packet ?? '', session.document(uri)?.family);
    return parsed.ok ? { canonical: printPacket(parsed.packet) } : { error: parsed.error };
  },
});
