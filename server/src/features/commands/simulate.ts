import { resultToJson } from '../../core/notation/json.ts';
import { isPartOfUfw } from '../../core/ruleset/ufw.ts';
import { defineCommand } from '../feature.ts';
import type { Session } from '../session.ts';
import { readPlace } from '../support/command-argument.ts';
import { resultText } from '../support/fates.ts';
import { decidingLine, rulesetsAt } from '../support/marks.ts';
import { lineInScript, lineStill, simulateText } from '../support/simulation.ts';
import { suggestPackets } from '../support/suggestions.ts';

/** Simulates a packet (without one: the best suggestion for the line), shows it in the document, and answers its fate. */
export function simulateCommand(session: Session, argument: unknown): unknown {
  const { uri, line, packet } = readPlace(argument);
  const document = session.document(uri);
  if (document === undefined) return { error: { message: 'The file is not open.' } };
  const text = packet ?? suggestPackets(session, document, line ?? 0)[0]?.packet;
  if (text === undefined) return { error: { message: 'No packet was given, and none can be suggested here.' } };
  const shown = session.simulations.get(uri);
  // Whoever asks for the same packet again, without a place, wants it where it stands.
  const at = line === undefined && shown?.packet === text ? lineStill(document, shown.at) : lineInScript(document, line);
  const simulation = simulateText(session, document, text, at);
  if (!('simulated' in simulation)) return simulation;
  const { notation, result } = simulation.simulated;
  session.simulations.set(uri, { packet: notation, at });
  session.refresh();
  const deciding = decidingLine(result, rulesetsAt(document, at));
  const when = at === undefined ? '' : `, after line ${at.number + 1}`;
  const where = isPartOfUfw(document.ruleset()) ? 'Without ufw\'s own rules, which lead to these: ' : '';
  return {
    packet: notation, verdict: result.verdict, summary: `${where}${resultText(result)} — ${notation}${when}`,
    ...(deciding === undefined ? {} : { location: { line: deciding.number } }),
    result: resultToJson(result),
  };
}

export default defineCommand({ name: 'iptables-lens.simulate', run: simulateCommand });
