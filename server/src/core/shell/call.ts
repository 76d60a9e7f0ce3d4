import type { Interpreter } from './interpreter.ts';
import type { Invocation } from './invocation.ts';
import type { ProgramCall } from './program.ts';
import { remember } from './recall.ts';
import { fileInput } from './redirect.ts';
import { readRestoreOptions, type RestoreOptions } from './restore-options.ts';
import type { Running } from './simple.ts';
import { isWithin, type Span } from '../text.ts';
import type { Expander } from './expand.ts';
import type { Source } from './source.ts';
import type { Home, Status, UnknownStatus } from './state.ts';
import type { SimpleCommand } from './syntax/ast.ts';
import type { Field } from './value.ts';

/** Commands that ask or look: whether they succeed is not the writer's to expect. */
const ASKS = /^(?:-[A-Za-z]*[CLSD].*|--(?:check|list|list-rules|delete))$/u;

/** Options with which something is printed. */
const PRINTS = /^-[A-Za-z]*[LSvhV]|^--(?:list|verb|help|vers)/u;

/** Notes that iptables or iptables-restore is run; its status is that of the step in the order of execution. */
export function callProgram(shell: Interpreter, fields: readonly Field[], { tool, family, namespace = shell.namespace, index, doubt }: ProgramCall, { command, source, home, names }: Running): Status {
  const args = fields.slice(index + 1);
  let program = fields[index]!;
  if (shell.frames.length > 0 || fields.some(({ handed }) => handed === true)) {
    program = within(program, home);
    for (let at = 0; at < args.length; at++) args[at] = within(args[at]!, home);
  }
  const restore = tool === 'restore' ? readRestoreOptions(args) : undefined;
  const invocation = countedFromHome({
    tool, family, namespace, base: undefined, home: { start: home.start, end: home.end }, command, name: fields[0]!, program, arguments: args, restore, input: restore && restored(shell, restore),
    asks: tool === 'iptables' && args.some(({ text }) => text.startsWith('-') && ASKS.test(text)),
    ends: shell.endsAtFailure, conditions: shell.conditionsWith(doubt), reached: shell.reached,
  }, home);
  if (names !== undefined && tool === 'iptables') remember(shell, names, doubt, invocation);
  return emit(shell, invocation, source);
}

/** The call with spans that count from the source of its command, so that an edit before it leaves it as it is. */
function countedFromHome(invocation: Invocation, { source, start, end }: Home): Invocation {
  const { tool, home, name, program, arguments: args } = invocation;
  const isInside = (span: Span): boolean => isWithin(span, { start, end });
  if (source.broughtBy !== undefined || tool === 'restore' || !isInside(name) || !isInside(program) || !args.every(isInside)) return invocation;
  const counted = <T extends Span>(span: T): T => ({ ...span, start: span.start - source.start, end: span.end - source.start });
  return { ...invocation, base: source, home: counted(home), name: counted(name), program: counted(program), arguments: args.map(counted) };
}

/** Takes a call into the order of execution. */
export function emit(shell: Interpreter, invocation: Invocation, source: Source): Status {
  const { asks, command, arguments: args } = invocation;
  const step = shell.emit(invocation);
  const status = new CallStatus(shell.expander, command, source, step < 0 ? undefined : step, !asks);
  // Nobody knows what it has to say of a failure.
  if (shell.errors !== undefined) shell.errors.unknown ??= { origin: status.origin };
  if (shell.output !== undefined && args.some(({ text, unknown }) => unknown !== undefined || PRINTS.test(text))) shell.print({ origin: status.origin }, 0, 0);
  return status;
}

/** The status of a call. Most are never asked for, so its origin is found when it is. */
class CallStatus implements UnknownStatus {
  readonly step: number | undefined;
  readonly succeeded: boolean | undefined;
  readonly assumed: true | undefined;
  private readonly expander: Expander;
  private readonly command: SimpleCommand;
  private readonly source: Source;

  constructor(expander: Expander, command: SimpleCommand, source: Source, step: number | undefined, assumed: boolean) {
    this.expander = expander;
    this.command = command;
    this.source = source;
    this.step = step;
    this.succeeded = step === undefined ? undefined : true;
    this.assumed = assumed ? true : undefined;
  }

  get origin(): string {
    return this.expander.origin(this.command, this.source);
  }
}

/** A word that stands outside of the command, shown where the command is named. */
function within(field: Field, { start, end, name }: Home): Field {
  return field.start >= start && field.end <= end ? field : { ...field, start: name.start, end: name.end };
}

function restored(shell: Interpreter, { reads, file }: RestoreOptions): Invocation['input'] {
  if (!reads) return undefined;
  const input = file === undefined ? shell.input : fileInput(shell, file.unknown ?? file.text, file);
  return input.unknown !== undefined && input.pieces.length === 0 ? input.unknown : input.pieces;
}
