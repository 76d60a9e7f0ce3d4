import type { Line, LineContent } from '../syntax/line.ts';
import type { RestoreRun } from './execution/restore-file.ts';
import type { BoundRule } from './model.ts';

/** A line as it is executed, with what binding it gave. */
export interface BoundLine {
  readonly line: Line;
  readonly bound: BoundRule | undefined;
  /** What the line says this time, where that is not its first content: a here-document in a loop, a line that `echo` prints. */
  readonly content?: LineContent;
  /** The line as iptables-restore reads it, where that is not its own text. */
  readonly text?: string | undefined;
  /** The iptables-restore of a script that reads the line. */
  readonly restore?: RestoreRun | undefined;
  /** Whether it is the first that it reads: a loop or a function may call it several times. */
  readonly begins?: true | undefined;
  /** What an iptables-restore reads that the script does not tell, in place of its lines. */
  readonly unknownInput?: string | undefined;
  /** Whether the script looks at how the command ends. */
  readonly asked?: boolean | undefined;
  /** Whether the script ends there where the command fails. */
  readonly ends?: boolean | undefined;
}

/** Whether the iptables-restore that reads the one line reads the next one, too. */
export const readsOn = (line: BoundLine | undefined, next: BoundLine | undefined): boolean => line?.restore !== undefined && line.restore === next?.restore && next.begins !== true;
