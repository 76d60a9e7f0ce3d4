import type { Line } from '../core/syntax/line.ts';
import { defineRule, type FileInContext, type Report } from './rule.ts';
import { callComment, followRun } from './support/follow-run.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'shell-control-flow',
  severity: 'information',
  docs: page({
    what: 'Finds iptables commands of which nobody knows whether they run, because the script itself does not tell: under a '
      + 'condition on the machine or on the script\'s arguments, or in a loop over what another program prints. One finding '
      + 'speaks for all commands that depend on the same thing.',
    why: 'A simulated packet that gets to such a rule may or may not meet it: both ways are followed. A script of up to 300 lines '
      + 'with commands that asks for its first argument, such as `start` or `stop`, is checked as it is run with each as well, and with the '
      + 'others after the one that leaves most rules behind; such findings begin with the run that they are about. Scripts that take longer '
      + 'than anybody would wait for are followed up to a limit.',
    example: ['#!/bin/sh', 'case "$1" in', 'start) iptables -A INPUT -s 192.0.2.1 -j DROP ;;', 'stop) iptables -F INPUT ;;', 'esac'],
    instead: ['#!/bin/sh', '# iptables-lens args=start', 'case "$1" in', 'start) iptables -A INPUT -s 192.0.2.1 -j DROP ;;', 'stop) iptables -F INPUT ;;', 'esac'],
    fixes: 'Of commands that run with one argument of the script alone, such as `start`: not safe, since everything is then said of '
      + 'the script as it is run with that argument, and nothing of its other uses.',
  }),
  *checkFile({ lines, dependences, givenUpAt }) {
    yield* dependents(dependences, lines[0]!);
    if (givenUpAt !== undefined) {
      yield {
        line: givenUpAt, span: { start: 0, end: givenUpAt.text.length },
        message: 'The script is followed no further than to this command, which would take too long; what comes behind it is not in the ruleset.',
      };
    }
  },
});

function* dependents(dependences: FileInContext['dependences'], top: Line): Iterable<Report> {
  for (const { line, span: { start, end }, origin, argument, count } of dependences) {
    const others = count - 1;
    const also = others === 0 ? '' : others === 1 ? ', and another command,' : `, and ${others} other commands,`;
    const message = `Whether this${also} runs depends on \`${origin}\`.`;
    const report = { line, span: { start, end } };
    const wanted = argument?.place === 1 ? argument.value : undefined;
    if (wanted === undefined) yield { ...report, message };
    else yield { ...report, message: `${message} A comment \`${callComment(wanted)}\` follows the script as it is run with that argument.`, fixes: [followRun(top, wanted)] };
  }
}
