import { Position, Range, TextEditorRevealType, type TextEditor, window } from 'vscode';
import type { Middleware } from 'vscode-languageclient';
import { languages } from './documents.ts';
import { pickPacket } from './packet-picker.ts';
import type { CheckAnswer, Place, ReachChainAnswer, SimulateAnswer, SimulateRequest, Simulated, SuggestAnswer } from './protocol.ts';
import { commands } from './protocol.ts';
import type { RecentPackets } from './recent-packets.ts';
import type { FateStatus } from './status.ts';

/** What the simulation needs: where fates are shown, the packets before, and a way to run a command of the server. */
export interface SimulationParts {
  status: FateStatus;
  recent: RecentPackets;
  ask<Answer>(command: string, argument: object): Promise<Answer>;
}

/**
 * Creates the middleware of `workspace/executeCommand`, the editor's half of a simulation: it asks for the packet where
 * none is given and shows the fate. Commands that are not about a simulation pass unchanged.
 */
export function createSimulation(parts: SimulationParts): NonNullable<Middleware['executeCommand']> {
  return (command, args, next) => {
    if (command === commands.simulate) return simulate(parts, args[0]);
    if (command === commands.clearSimulation) return clear(parts, args[0]);
    if (command === commands.reachRule) return reachRule(parts, args[0]);
    if (command === commands.reachChain) return reachChain(parts, args[0]);
    return next(command, args);
  };
}

/** Says the fate of a document's packet anew after an edit; its hints the server renews by itself. */
export async function renewFate({ ask, status }: SimulationParts, uri: string): Promise<void> {
  const packet = status.packet(uri);
  if (packet === undefined) return;
  const answer = await ask<SimulateAnswer>(commands.simulate, { uri, packet });
  // The user may have simulated another packet, or cleared this one, while the server answered.
  if (answer.error === undefined && status.packet(uri) === packet) status.show(uri, answer);
}

async function simulate(parts: SimulationParts, argument: unknown): Promise<SimulateAnswer | undefined> {
  const request: SimulateRequest | undefined = isRequest(argument) ? argument : atCursor();
  if (request === undefined) return undefined;
  if (request.packet !== undefined) return run(parts, request);
  return askAndRun(parts, { line: 0, ...request });
}

/** Asks until the packet's notation is right or the user gives up; then nothing has happened. */
async function askAndRun(parts: SimulationParts, place: Place): Promise<SimulateAnswer | undefined> {
  const { suggestions } = await parts.ask<SuggestAnswer>(commands.suggestPackets, place);
  const check = (packet: string): Promise<CheckAnswer> =>
    parts.ask<CheckAnswer>(commands.checkPacket, { uri: place.uri, packet });
  let typed = '';
  for (;;) {
    const packet = await pickPacket({ suggestions, recent: parts.recent.list(), check, typed });
    if (packet === undefined) return undefined;
    const answer = await run(parts, { ...place, packet });
    if (answer.error === undefined) return answer;
    typed = packet;
  }
}

async function run(parts: SimulationParts, request: SimulateRequest): Promise<SimulateAnswer> {
  const answer = await parts.ask<SimulateAnswer>(commands.simulate, request);
  if (answer.error !== undefined) return answer;
  show(parts, request.uri, answer);
  return answer;
}

function show(parts: SimulationParts, uri: string, answer: Simulated): void {
  parts.recent.add(answer.packet);
  parts.status.show(uri, answer);
  reveal(uri, answer);
}

/** Shows a packet that reaches the rule, or says why none does. */
async function reachRule(parts: SimulationParts, argument: unknown): Promise<SimulateAnswer | undefined> {
  const place = isRequest(argument) ? argument : atCursor();
  if (place === undefined) return undefined;
  const answer = await parts.ask<SimulateAnswer>(commands.reachRule, place);
  if (answer.error === undefined) show(parts, place.uri, answer);
  else void window.showInformationMessage(answer.error.message);
  return answer;
}

/** Says what can come to the chain, and offers to simulate an example. */
async function reachChain(parts: SimulationParts, argument: unknown): Promise<ReachChainAnswer | undefined> {
  const place = isRequest(argument) ? argument : atCursor();
  if (place === undefined) return undefined;
  const answer = await parts.ask<ReachChainAnswer>(commands.reachChain, place);
  const packets = new Map(answer.packets.map(({ hook, packet }) => [`Simulate from ${hook}`, packet]));
  const packet = packets.get((await window.showInformationMessage(answer.summary, ...packets.keys())) ?? '');
  if (packet !== undefined) await run(parts, { uri: place.uri, packet });
  return answer;
}

async function clear(parts: SimulationParts, argument: unknown): Promise<void> {
  const request = isRequest(argument) ? argument : atCursor();
  if (request === undefined) return;
  await parts.ask(commands.clearSimulation, { uri: request.uri });
  parts.status.forget(request.uri);
}

/** Scrolls to the line that decided, unless it is in sight already; the cursor stays where it is. */
function reveal(uri: string, { location }: Simulated): void {
  if (location === undefined) return;
  const start = new Position(location.line, 0);
  for (const editor of editorsOf(uri)) {
    editor.revealRange(new Range(start, start), TextEditorRevealType.InCenterIfOutsideViewport);
  }
}

function editorsOf(uri: string): TextEditor[] {
  return window.visibleTextEditors.filter((editor) => editor.document.uri.toString() === uri);
}

/** The palette and the context menu give no place of their own, so the cursor's line is meant. */
function atCursor(): Place | undefined {
  const editor = window.activeTextEditor;
  if (editor === undefined || !languages.includes(editor.document.languageId)) return undefined;
  return { uri: editor.document.uri.toString(), line: editor.selection.active.line };
}

/** A context menu hands over the document's Uri object, which is not a request. */
function isRequest(argument: unknown): argument is SimulateRequest {
  return typeof argument === 'object' && argument !== null && 'uri' in argument && typeof argument.uri === 'string';
}
