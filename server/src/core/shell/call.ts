import type { Interpreter } from './interpreter.ts';
import type { Invocation } from './invocation.ts';
import type { ProgramCall } from './program.ts';
import { fileInput } from './redirect.ts';
import type { Running } from './simple.ts';
import type { Status } from './state.ts';
import type { Field } from './value.ts';

/** Commands that ask or look: whether they succeed is not the writer's to expect. */
const ASKS = /^(?:-[A-Za-z]*[CLSD].*|--(?:check|list|list-rules|delete))$/u;

/** Notes that iptables or iptables-restore is run; its status is that of the step in the order of execution. */
export function callProgram(shell: Interpreter, fields: readonly Field[], { tool, family, index, doubt }: ProgramCall, { command, source, home }: Running): Status {
  const args = fields.slice(index + 1);
  const origin = shell.expander.origin(command, source);
  const base = {
    tool, family, home: { start: home.start, end: home.end }, program: within(fields[index]!, home, home.name),
    arguments: args.map((field) => within(field, home, home.name)),
  };
  const step = shell.emit(tool === 'restore' ? { ...base, input: restored(shell, args) } : base, doubt);
  const asks = tool === 'iptables' && args.some(({ text }) => ASKS.test(text));
  if (asks) shell.print({ origin }, 0, 0);
  return { origin, ...(step < 0 ? {} : { step, succeeded: true }), ...(asks ? {} : { assumed: true as const }) };
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
