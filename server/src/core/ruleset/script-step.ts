import type { Family } from '../netfilter.ts';
import { sameAnswers, sameDemand, type Answer, type Condition } from '../shell/invocation.ts';
import type { Line, LineContent, ShellCommand } from '../syntax/line.ts';
import type { RestoreRun } from './execution/restore-file.ts';

/** A line's part in the execution of a script. */
export interface ScriptStep {
  /** The line as it stands alone. */
  readonly alone: Line;
  readonly family: Family;
  /** The network namespace whose tables it is for, where that is not the script's own. */
  readonly namespace: string | undefined;
  /** A command line's command, the content of a line that has no other; undefined for a line that iptables-restore reads. */
  readonly command: ShellCommand | undefined;
  /** What iptables-restore reads. */
  readonly content: LineContent | undefined;
  /** The line as iptables-restore reads it, where it is not the script's own. */
  readonly text?: string;
  /** The iptables-restore that reads it. */
  readonly restore?: RestoreRun;
  /** Whether it is the first that this reads. */
  readonly begins?: true;
  /** Why nobody knows whether it runs. */
  readonly conditional: string | undefined;
  /** The answers by which it runs, where it runs by nothing else that nobody knows. */
  readonly presence?: readonly Answer[] | undefined;
  /** The argument of the script that this asks for. */
  readonly argument?: Condition['argument'];
  /** What an iptables-restore reads that nobody knows. */
  readonly unknownInput?: string;
  /** Whether the script looks at how it ends. */
  readonly asked?: true;
  /** Whether the script ends there where it fails. */
  readonly ends?: true;
  /** Whether the script comes to it at all. */
  readonly reached: boolean;
}

/** Whether the steps are the same command on the same line; what iptables-restore reads is not compared. */
export const sameStep = (a: ScriptStep, b: ScriptStep): boolean => a === b
  || (a.command !== undefined && a.command === b.command && a.alone === b.alone && a.family === b.family && a.namespace === b.namespace && a.conditional === b.conditional && sameAnswers(a.presence, b.presence) && sameDemand(a.argument, b.argument) && a.reached === b.reached && a.asked === b.asked && a.ends === b.ends);
