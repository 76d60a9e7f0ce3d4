/** How long an edit of a script takes, from the change to the lines with their rules, beside reading the whole script. */
import { openDocument } from '../test/support/document.ts';

const COMMANDS = 5000;
const EDITS = 60;

const commands = Array.from({ length: COMMANDS }, (_, index) =>
  `$IPT -A INPUT -s 10.${index >> 8 & 255}.${index & 255}.0/24 -p tcp --dport ${1024 + index} -m conntrack --ctstate NEW -j ACCEPT`);
const text = `#!/bin/sh\nIPT=/sbin/iptables\n${commands.join('\n')}\n`;

const milliseconds = (run: () => void): number => {
  const start = performance.now();
  run();
  return performance.now() - start;
};

const document = await openDocument(text, 'fw.sh');
const whole = milliseconds(() => document.lines.length);
const edits = Array.from({ length: EDITS }, (_, index) => {
  const line = 100 + index * 50;
  const change = { range: { start: { line, character: 20 }, end: { line, character: 20 } }, text: '1' };
  return milliseconds(() => {
    document.update([change], index + 2);
    document.lines.at(-1);
  });
}).sort((a, b) => a - b);
const at = (share: number): number => edits[Math.floor(EDITS * share)]!;
console.log(`a script of ${COMMANDS} commands: first evaluation ${whole.toFixed(0)} ms; an edit ${at(0.5).toFixed(1)} ms (p95 ${at(0.95).toFixed(1)}, least ${edits[0]!.toFixed(1)}), ${(whole / at(0.5)).toFixed(1)} times less`);
