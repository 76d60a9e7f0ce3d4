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
import type { Session, Simulation as ShownPacket } from '../session.ts';
import { followed, followedAt } from './followed.ts';

/** A packet and what becomes of it in a document. */
export interface Simulated {
  readonly packet: Packet;
  /** The packet in canonical notation. */
  readonly notation: string;
  readonly result: Result;
}

/** Of what a packet is asked: of a script, the line after which, and the first argument with which it is run. */
export interface Asked {
  readonly at: Line | undefined;
  readonly run: string | undefined;
}

export type Simulation = { readonly simulated: Simulated } | { readonly error: NotationError };

/**
 * Reads a packet in notation and sends it through the document's ruleset in a fresh world, with the trace of every rule
 * met, as it is asked of a script.
 */
export function simulateText(session: Session, document: RulesetDocument, text: string, { at, run }: Asked): Simulation {
  const parsed = parsePacket(text, document.family);
  if (!parsed.ok) return { error: parsed.error };
  return { simulated: simulatePacket(session, followed(document, run).document, parsed.packet, at) };
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
  return line === document.linesOf(stack).at(-1)?.line && document.meantBy(document.familyOf(line)) === stack ? undefined : line;
}

/** What somebody asks who points at a line. */
export function askedAt(document: RulesetDocument, row: number | undefined): Asked {
  const { document: script, run } = followedAt(document, row);
  const at = lineInScript(script, row);
  return { at: at && document.lineAt(at.number)!.line, run };
}

/** The simulation that the client asked to be shown in the document, computed for the text as it stands now. */
export function shownSimulation(session: Session, document: RulesetDocument): (Asked & { readonly simulated: Simulated }) | undefined {
  const shown = session.simulations.get(document.uri);
  if (shown === undefined) return undefined;
  const ruleset = document.ruleset();
  const known = latest.get(document);
  if (known?.text === shown.packet && known.ruleset === ruleset && known.asked === shown) return known;
  const asked = askedStill(document, shown);
  const simulation = simulateText(session, document, shown.packet, asked);
  if (!('simulated' in simulation)) return undefined;
  const made = { text: shown.packet, asked: shown, ...asked, ruleset, simulated: simulation.simulated };
  latest.set(document, made);
  return made;
}

/** What was asked, as it is after edits: the line, or what stands in its place. */
export function askedStill(document: RulesetDocument, { at, run }: Partial<Asked>): Asked {
  const still = at === undefined || document.lines.includes(at) ? at : askedAt(document, at.number).at;
  return { at: still, run: document.arguments === undefined ? run : undefined };
}

interface Shown extends Asked {
  readonly text: string;
  readonly asked: ShownPacket;
  readonly ruleset: Ruleset;
  readonly simulated: Simulated;
}

/** The last simulation shown in each document; a ruleset object lives as long as the text it was built from. */
const latest = new WeakMap<RulesetDocument, Shown>();

/** The document's ruleset made ready to run; `at` is a physical line after which it is asked for. */
export function programOf(document: RulesetDocument, family: Family, at?: number): Program {
  return compiled(document.ruleset(family, 'nft', at));
}
