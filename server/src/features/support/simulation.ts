import { compile } from '../../core/engine/compile/compile.ts';
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
import type { Session } from '../session.ts';

/** A packet and what becomes of it in a document. */
export interface Simulated {
  readonly packet: Packet;
  /** The packet in canonical notation. */
  readonly notation: string;
  readonly result: Result;
}

export type Simulation = { readonly simulated: Simulated } | { readonly error: NotationError };

/** Reads a packet in notation and sends it through the document's ruleset in a fresh world, with the trace of every rule met. */
export function simulateText(session: Session, document: RulesetDocument, text: string): Simulation {
  const parsed = parsePacket(text, document.family);
  if (!parsed.ok) return { error: parsed.error };
  return { simulated: simulatePacket(session, document, parsed.packet) };
}

/** Sends a packet through the document's ruleset of the packet's family, in a fresh world. */
export function simulatePacket(session: Session, document: RulesetDocument, packet: Packet): Simulated {
  const program = programOf(document, packet.family);
  const result = simulate(program, new Worlds(), packet, { host: session.host(document.uri), trace: 'all' });
  return { packet, notation: printPacket(packet), result };
}

/** The simulation that the client asked to be shown in the document, computed for the text as it stands now. */
export function shownSimulation(session: Session, document: RulesetDocument): { readonly simulated: Simulated } | undefined {
  const shown = session.simulations.get(document.uri);
  if (shown === undefined) return undefined;
  const ruleset = document.ruleset();
  const known = latest.get(document);
  if (known?.text === shown.packet && known.ruleset === ruleset) return known;
  const simulation = simulateText(session, document, shown.packet);
  if (!('simulated' in simulation)) return undefined;
  latest.set(document, { text: shown.packet, ruleset, simulated: simulation.simulated });
  return simulation;
}

/** The last simulation shown in each document; a ruleset object lives as long as the text it was built from. */
const latest = new WeakMap<RulesetDocument, { readonly text: string; readonly ruleset: Ruleset; readonly simulated: Simulated }>();

const programs = new WeakMap<Ruleset, Program>();

/** The document's ruleset made ready to run, once for every state of the text. */
export function programOf(document: RulesetDocument, family: Family): Program {
  const ruleset = document.ruleset(family);
  let program = programs.get(ruleset);
  if (program === undefined) programs.set(ruleset, program = compile(ruleset));
  return program;
}
