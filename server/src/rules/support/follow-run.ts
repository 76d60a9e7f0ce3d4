import type { Line } from '../../core/syntax/line.ts';
import type { Fix } from '../rule.ts';
import { insertAbove, insertBelow } from './edits.ts';

/** The comment that says with which argument a script is run. */
export const callComment = (argument: string): string => `# iptables-lens args=${argument}`;

/** Says so in the script, whose first line `top` is. */
export const followRun = (top: Line, argument: string): Fix => ({
  title: `Follow the script as it is run with \`${argument}\``, safe: false, edits: [top.text.startsWith('#!') ? insertBelow(top, callComment(argument)) : insertAbove(top, callComment(argument))],
});
