import type { ServerCapabilities } from 'vscode-languageserver';
import type { Session } from './session.ts';

/**
 * One LSP request: its method, the capabilities that announce it, and the function that answers it from the session's
 * documents. Nothing here sees the connection; `server.ts` wires every feature that it finds.
 */
export interface Feature<Params = never, Answer = unknown> {
  readonly method: string;
  readonly capabilities: ServerCapabilities;
  /** The language whose documents alone it is for: of others an editor would ask which of several servers is to answer. */
  readonly language?: string;
  answer(session: Session, params: Params): Answer | Promise<Answer>;
}

/** Keeps a feature's parameter type for its own file while the registry holds all features alike. */
export const defineFeature = <Params, Answer>(feature: Feature<Params, Answer>): Feature => feature as Feature;

/** A command for `workspace/executeCommand`; `argument` is its one structured argument, unchecked. */
export interface Command {
  readonly name: string;
  run(session: Session, argument: unknown): unknown;
}

export const defineCommand = (command: Command): Command => command;
