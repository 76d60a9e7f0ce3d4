import type { Line } from '../core/syntax/line.ts';
import { defineRule } from './rule.ts';
import { page } from './support/page.ts';

/** Words that make what follows run not once, and a function's head. */
const CONTROL = /^\s*(?:(for|while|until|if|case|select)\b|(function\b|[\w-]+\s*\(\)))/u;

export default defineRule({
  code: 'shell-control-flow',
  severity: 'information',
  docs: page({
    what: 'Finds scripts whose iptables commands stand among loops, conditions or functions. One finding speaks for the '
      + 'whole file.',
    why: 'Loops, conditions and functions are not evaluated: every command is taken as run once, in the order of the file. '
      + 'The ruleset that packets are simulated in can differ from what the script leaves behind.',
    example: ['#!/bin/sh', 'for port in 80 443; do', 'iptables -A INPUT -p tcp -m multiport --dports 80,443 -j ACCEPT', 'done'],
    instead: ['#!/bin/sh', 'iptables -A INPUT -p tcp -m multiport --dports 80,443 -j ACCEPT'],
  }),
  *checkFile({ lines, kind }) {
    if (kind !== 'script' || !lines.some(({ content }) => content.kind === 'command')) return;
    const first = lines.find(isControl);
    if (first === undefined) return;
    const word = CONTROL.exec(first.text)!;
    yield {
      line: first, span: { start: word[0].length - (word[1] ?? word[2])!.length, end: word[0].length },
      message: 'Loops, conditions and functions are not evaluated: every iptables command is taken as run once, in the order of the file.',
    };
  },
});

const isControl = ({ text, content }: Line): boolean => content.kind === 'shell' && CONTROL.test(text);
