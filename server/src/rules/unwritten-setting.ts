import type { Line } from '../core/syntax/line.ts';
import { NO_REPORTS, defineRule, type Fix, type Report } from './rule.ts';
import { replace } from './support/edits.ts';
import { page } from './support/page.ts';

/** What is printed into a pipe that leads to a setting's file. */
const PIPED = /\|\s*(?<file>\/proc\/sys\/[\w./*-]+)/du;
/** What `sudo` prints to a setting's file that the shell opens. */
const OPENED_BEFORE_SUDO = /\bsudo\s+(?<print>(?:echo|printf)\s+[^|;&<>]*?)\s*>\s*(?<file>\/proc\/sys\/[\w./*-]+)/du;

export default defineRule({
  code: 'unwritten-setting',
  severity: 'warning',
  docs: page({
    what: 'Finds commands of a script that are to write a setting of the kernel, such as whether it forwards, and do not: a pipe into a '
      + 'file of `/proc/sys`, and `sudo echo` with a redirection.',
    why: 'A shell runs what stands behind a `|`, and such a file is no program. A redirection is opened by the shell itself before '
      + '`sudo` runs, without its rights. Either way the setting stays what it was: without forwarding, what DNAT sends to other hosts goes nowhere.',
    example: ['#!/bin/sh', 'echo 1 | /proc/sys/net/ipv4/ip_forward', 'iptables -t nat -A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 192.0.2.8'],
    instead: ['#!/bin/sh', 'echo 1 > /proc/sys/net/ipv4/ip_forward', 'iptables -t nat -A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 192.0.2.8'],
    fixes: 'Not safe: the setting takes effect from then on.',
  }),
  checkLine({ line, kind }) {
    const { content, text } = line;
    if (kind !== 'script' || content.kind === 'comment' || !text.includes('/proc/sys/')) return NO_REPORTS;
    return [...piped(line), ...openedBeforeSudo(line)];
  },
});

function* piped(line: Line): Iterable<Report> {
  const found = PIPED.exec(line.text);
  if (found === null) return;
  const [start, end] = found.indices!.groups!['file']!;
  yield {
    line, span: { start, end }, fixes: [fix('Write >', replace(line, { start: found.index, end: found.index + 1 }, '>'))],
    message: `A pipe makes the shell run \`${line.text.slice(start, end)}\`, which is no program; \`>\` writes to it.`,
  };
}

function* openedBeforeSudo(line: Line): Iterable<Report> {
  const found = OPENED_BEFORE_SUDO.exec(line.text);
  if (found === null) return;
  const { print, file } = found.groups!;
  const [start, end] = found.indices!.groups!['file']!;
  yield {
    line, span: { start, end }, fixes: [fix('Write by sudo tee', replace(line, { start: found.index, end }, `${print} | sudo tee ${file} >/dev/null`))],
    message: `The shell opens \`${file}\` before \`sudo\` runs, without its rights; \`sudo tee\` opens the file itself.`,
  };
}

const fix = (title: string, edit: Fix['edits'][number]): Fix => ({ title, safe: false, edits: [edit] });
