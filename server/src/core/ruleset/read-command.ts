import type { Argument } from '../syntax/line.ts';
import { cover, type Span } from '../text.ts';
import { readInteger } from '../values/integer.ts';
import { chainNameProblems } from './chain-name.ts';
import type { BoundCommand, CommandKind } from './model.ts';
import { closedName } from './open-quotation.ts';
import type { GivenBase, Reading } from './reading.ts';

/** The largest rule number that iptables reads. */
const MOST_RULES = 0x7fffffff;

/** Commands that take a rule number behind the chain. */
const NUMBERED: ReadonlySet<CommandKind> = new Set<CommandKind>(['insert', 'delete', 'replace', 'list', 'list-rules', 'zero']);

/** Reads `-A INPUT`, `-I INPUT 3`, `-P INPUT DROP` …: the command with its chain and what else it takes; `before` is the line's command so far. */
export function readCommand(reading: Reading, given: GivenBase, kind: CommandKind, before: BoundCommand | undefined): BoundCommand {
  const command = readOne(reading, given, kind);
  if (before === undefined) return command;
  if (isZeroingList(kind, before.kind)) return zeroingList(command, before);
  reading.problem('several-commands', `A rule takes one command, so leave this one out: the line already has \`${reading.line.text.slice(before.span.start, before.span.start + 2)}\`.`, given.nameSpan);
  return command;
}

function readOne(reading: Reading, given: GivenBase, kind: CommandKind): BoundCommand {
  const { spec, nameSpan, attached } = given;
  const word = spec.argument === 'required' ? reading.value(given) : attached ?? reading.takeValue();
  const chain = word === undefined ? undefined : closedName(reading, word);
  if (chain !== undefined) reading.token('chain', chain);
  const argument = kind === 'policy' || kind === 'rename-chain' ? readArgument(reading, kind) : undefined;
  const position = NUMBERED.has(kind) ? readPosition(reading, kind, nameSpan) : undefined;
  if (kind === 'new-chain' && chain !== undefined) reading.problems.push(...chainNameProblems(chain.text, chain, reading.family, 'command'));
  return {
    kind, chain: chain?.text, chainSpan: chain, position, argument: argument && { text: argument.text, span: argument },
    span: chain === undefined ? nameSpan : cover(nameSpan, argument ?? chain),
  };
}

/** `-L -Z` and `-S -Z` print the counters and zero them. */
const isZeroingList = (...kinds: readonly CommandKind[]): boolean => kinds.includes('zero') && kinds.some((kind) => kind === 'list' || kind === 'list-rules');

/** Both have one chain, the last that is named; a number behind `-L` says which rule to print. */
function zeroingList(command: BoundCommand, before: BoundCommand): BoundCommand {
  const { chain, chainSpan, span } = command.chain === undefined ? before : command;
  const lists = [command, before].some(({ kind }) => kind === 'list') ? 'list' : 'list-rules';
  return { ...command, kind: 'zero', lists, chain, chainSpan, span, position: (command.kind === 'zero' ? command : before).position };
}

/** The policy of `-P`, the new name of `-E`. */
function readArgument(reading: Reading, kind: 'policy' | 'rename-chain'): Argument | undefined {
  const argument = reading.takeValue();
  if (argument === undefined) {
    const last = reading.args[reading.next - 1]!;
    reading.problem('missing-value', kind === 'policy' ? '`-P` needs a chain and a policy: `-P INPUT DROP`.' : '`-E` needs an old and a new chain name: `-E OLD NEW`.', last);
  } else {
    reading.token(kind === 'policy' ? 'value' : 'chain', argument, kind === 'policy' ? 'policy' : undefined);
  }
  return argument;
}

function readPosition(reading: Reading, kind: CommandKind, nameSpan: Span): number | undefined {
  const argument = reading.takeValue();
  if (argument === undefined) {
    if (kind === 'replace') reading.problem('missing-value', '`-R` needs a chain and a rule number: `-R INPUT 3 …`.', nameSpan);
    return undefined;
  }
  reading.token('position', argument);
  const position = readInteger(argument.text);
  if (position !== undefined && position > 0 && position <= MOST_RULES) return position;
  reading.problem('invalid-value', `\`${argument.text}\` is not a rule number; write a number from 1 to ${MOST_RULES}.`, argument);
  return undefined;
}
