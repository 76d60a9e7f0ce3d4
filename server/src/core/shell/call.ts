import type { Interpreter } from './interpreter.ts';
import type { Invocation } from './invocation.ts';
import type { ProgramCall } from './program.ts';
import { fileInput } from './redirect.ts';
import type { Running } from './simple.ts';
import type { Status, UnknownStatus } from './state.ts';
import type { Field } from './value.ts';

/** Commands that ask or look: whether they succeed is not the writer's to expect. */
const ASKS = /^(?:-[A-Za-z]*[CLSD].*|--(?:check|list|list-rules|delete))$/u;

/** Notes that iptables or iptables-restore is run; its status is that of the step in the order of execution. */
export function callProgram(shell: Interpreter, fields: readonly Field[], { tool, family, index, doubt }: ProgramCall, { command, source, home }: Running): Status {
  const args = fields.slice(index + 1);
  // Most statuses are never asked for.
  const named = { get origin() { return shell.expander.origin(command, source); } };
  const base = { tool, family, home, command, program: within(fields[index]!, home, home.name), arguments: args };
  for (let at = 0; at < args.length; at++) args[at] = within(args[at]!, home, home.name);
  const step = shell.emit(tool === 'restore' ? { ...base, input: restored(shell, args) } : base, doubt);
  const asks = tool === 'iptables' && args.some(({ text }) => ASKS.test(text));
  if (asks && shell.output !== undefined) shell.print({ origin: named.origin }, 0, 0);
  return new CallStatus(named, step < 0 ? undefined : step, !asks);
}

/** The status of a call, with its origin found when somebody asks. */
class CallStatus implements UnknownStatus {
  readonly step?: number;
  readonly succeeded?: boolean;
  readonly assumed?: true;
  private readonly named: { readonly origin: string };

  constructor(named: { readonly origin: string }, step: number | undefined, assumed: boolean) {
    this.named = named;
    if (step !== undefined) {
      this.step = step;
      this.succeeded = true;
    }
    if (assumed) this.assumed = true;
  }

  get origin(): string {
    return this.named.origin;
  }
}

/** A word that stands outside of the command, shown where the command is named. */
function within(field: Field, home: { readonly start: number; readonly end: number }, name: { readonly start: number; readonly end: number }): Field {
  return field.start >= home.start && field.end <= home.end ? field : { ...field, start: name.start, end: name.end };
}

function restored(shell: Interpreter, args: readonly Field[]): NonNullable<Invocation['input']> {
  const file = fileOperand(args);
  if (file?.unknown !== undefined) return file.unknown;
  const input = file === undefined ? shell.input : fileInput(shell, file.text, file);
  return input.unknown !== undefined && input.pieces.length === 0 ? input.unknown : input.pieces;
}

/** The file that iptables-restore is given instead of its input. */
function fileOperand(args: readonly Field[]): Field | undefined {
  for (let index = 0; index < args.length; index++) {
    const { text } = args[index]!;
    if (/^(-T|--table|-M|--modprobe)$/u.test(text) || (/^(-w|--wait|-W|--wait-interval)$/u.test(text) && /^\d+$/u.test(args[index + 1]?.text ?? ''))) index++;
    else if (!text.startsWith('-')) return args[index];
  }
  return undefined;
}
