import { defineCommand } from '../feature.ts';
import { readPlace } from '../support/command-argument.ts';
import { suggestPackets } from '../support/suggestions.ts';

/** Packets worth simulating at a line, best first. */
export default defineCommand({
  name: 'iptables-lens.suggestPackets',
  run(session, argument) {
    const { uri, line } = readPlace(argument);
    const document = session.document(uri);
    return { suggestions: document === undefined ? [] : suggestPackets(session, document, line ?? 0) };
  },
});
