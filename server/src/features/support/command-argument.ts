import { ResponseError, ErrorCodes } from 'vscode-languageserver';

/** The structured argument of our commands: a document, and where it matters a line (from 0) and a packet in notation. */
export interface Place {
  readonly uri: string;
  readonly line?: number;
  readonly packet?: string;
}

/** Reads a command's argument; an argument of another shape is refused with a message for its author. */
export function readPlace(argument: unknown): Place {
  const { uri, line, packet } = (typeof argument === 'object' && argument !== null ? argument : {}) as Record<string, unknown>;
  if (typeof uri !== 'string') throw new ResponseError(ErrorCodes.InvalidParams, 'The argument is {uri: string, line?: number, packet?: string}.');
  return { uri, ...(typeof line === 'number' ? { line } : {}), ...(typeof packet === 'string' ? { packet } : {}) };
}
