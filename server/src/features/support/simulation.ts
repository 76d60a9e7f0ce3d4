import { compiled } from '../../core/engine/compile/compile.ts';
import type { Packet } from '../../core/engine/packet.ts';
import type { Program } from '../../core/engine/program.ts';
import type { Result } from '../../core/engine/result.ts';
import { simulate } from '../../core/engine/simulate.ts';
import { Worlds } from '../../core/engine/world.ts';
import type { Family } from '../../core/netfilter.ts';
import { parsePacket, type NotationError } from '../../core/notation/parse.ts';
import { printPacket } from '../../core/notation/print.ts';
import type { RulesetDocument } from '../../core/ruleset/document.ts';
import type { Ruleset } from '../../core/ruleset/model.ts';
import type { Line } from '../../core/syntax/line.ts';
import type { Session } from '../session.ts';

/** A packet and what becomes of it in a document. */
export interface Simulated {
  readonly packet: Packet;
  /** The packet in canonical notation. */
  readonly notation: string;
  readonly result: Result;
}

export type Simulation = { readonly simulated: Simulated } | { readonly error: NotationError };

/**
 * Reads a packet in notation and sends it through the document's ruleset in a fresh world, with the trace of every rule
 * met; `at` is a line of a script, after which the ruleset is asked for.
 */
export function simulateText(session: Session, document: RulesetDocument, text: string, at?: Line): Simulation {
  const parsed = parsePacket(text, document.family);
  if (!parsed.ok) return { error: parsed.error };
  return { simulated: simulatePacket(session, document, parsed.packet, at) };
}

/** Sends a packet through the document's ruleset of the packet's family, in a fresh world. */
export function simulatePacket(session: Session, document: RulesetDocument, packet: Packet, at?: Line): Simulated {
  const program = programOf(document, packet.family, at?.number);
  const result = simulate(program, new Worlds(), packet, { host: session.host(document.uri), trace: 'all' });
  return { packet, notation: printPacket(packet), result };
}

/**
 * The line after which a script's ruleset is asked for, if commands for the same tables follow it or it works on others than
 * the file as a whole is asked for; undefined where the end of the file is meant.
 */
export function lineInScript(document: RulesetDocument, physical: number | undefined): Line | undefined {
  const line = physical === undefined ? undefined : document.lineAt(physical)?.line;
  if (line?.content.kind !== 'command') return undefined;
  const stack = document.stackOf(line);
  const last = document.lines.findLast((other) => other.content.kind === 'command' && document.stackOf(other) === stack);
  return line === last && document.meantBy(document.familyOf(line)) === stack ? undefined : line;
}

/** The simulation that the client asked to be shown in the document, computed for the text as it stands now. */
export function shownSimulation(session: Session, document: RulesetDocument): { readonly simulated: Simulated; readonly at: Line | undefined } | undefined {
  const shown = session.simulations.get(document.uri);
  if (shown === undefined) return undefined;
  const ruleset = document.ruleset();
  const known = latest.get(document);
  if (known?.text === shown.packet && known.ruleset === ruleset && known.asked === shown.at) return known;
  const at = lineStill(document, shown.at);
  const simulation = simulateText(session, document, shown.packet, at);
  if (!('simulated' in simulation)) return undefined;
  const made = { text: shown.packet, asked: shown.at, at, ruleset, simulated: simulation.simulated };
  latest.set(document, made);
  return made;
}

/** The line, or what stands in its place after an edit. */
export function lineStill(document: RulesetDocument, line: Line | undefined): Line | undefined {
  return line === undefined || document.lines.includes(line) ? line : lineInScript(document, line.number);
}

interface Shown {
  readonly text: string;
  /** The line as it was asked for, and as it is now. */
  readonly asked: Line | undefined;
  readonly at: Line | undefined;
  readonly ruleset: Ruleset;
  readonly simulated: Simulated;
}

/** The last simulation shown in each document; a ruleset object lives as long as the text it was built from. */
const latest = new WeakMap<RulesetDocument, Shown>();

/** The document's ruleset made ready to run; `at` is a physical line after which it is asked for. */
export function programOf(document: RulesetDocument, family: Family, at?: number): Program {
  return compiled(document.ruleset(family, 'nft', at));
}
