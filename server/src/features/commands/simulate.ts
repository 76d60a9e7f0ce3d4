import { resultToJson } from '../../core/notation/json.ts';
import type { RulesetDocument } from '../../core/ruleset/document.ts';
import { isPartOfUfw } from '../../core/ruleset/ufw.ts';
import { defineCommand } from '../feature.ts';
import type { Session } from '../session.ts';
import { readPlace } from '../support/command-argument.ts';
import { resultText } from '../support/fates.ts';
import { decidingLine, rulesetsOf } from '../support/marks.ts';
import { askedAt, askedStill, simulateText, type Asked } from '../support/simulation.ts';
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
  return show(session, document, text, line === undefined && shown?.packet === text ? askedStill(document, shown) : askedAt(document, line));
}

/** Simulates a packet in notation as it is asked, shows it in the document, and answers its fate. */
export function show(session: Session, document: RulesetDocument, text: string, asked: Asked): unknown {
  const simulation = simulateText(session, document, text, asked);
  if (!('simulated' in simulation)) return simulation;
  const { notation, result } = simulation.simulated;
  const { at, run } = asked;
  session.simulations.set(document.uri, { packet: notation, at, run });
  session.refresh();
  const deciding = decidingLine(result, rulesetsOf(document, asked));
  const when = `${run === undefined ? '' : `, run with \`${run}\``}${at === undefined ? '' : `, after line ${at.number + 1}`}`;
  const where = isPartOfUfw(document.ruleset()) ? 'Without ufw\'s own rules, which lead to these: ' : '';
  return {
    packet: notation, verdict: result.verdict, summary: `${where}${resultText(result)} — ${notation}${when}`,
    ...(deciding === undefined ? {} : { location: { line: deciding.number } }),
    result: resultToJson(result),
  };
}

export default defineCommand({ name: 'iptables-lens.simulate', run: simulateCommand });
