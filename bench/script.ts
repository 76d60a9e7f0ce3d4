// How long the built server takes with a script of many commands, as an editor sees it: open → diagnostics, and edit →
// diagnostics, with the memory of the server process; for a script that never asks how its commands end, and under `set -e`.
//   node --import tsx bench/script.ts [--commands 5000] [--edits 100]
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { TestClient } from '../test/protocol/client.ts';

const { values } = parseArgs({ options: { commands: { type: 'string', default: '5000' }, edits: { type: 'string', default: '100' } } });
const COMMANDS = Number(values.commands);
const EDITS = Number(values.edits);

const commands = Array.from({ length: COMMANDS }, (_, index) =>
  `$IPT -A INPUT -s 10.${index >> 8 & 255}.${index & 255}.0/24 -p tcp --dport ${1024 + index} -m conntrack --ctstate NEW -j ACCEPT`);
const TYPED = ' -m comment --comment x';

for (const first of ['', 'set -e\n']) await measure(first === '' ? 'plain' : first.trim(), `#!/bin/sh\n${first}IPT=/sbin/iptables\n${commands.join('\n')}\n`);

async function measure(name: string, text: string): Promise<void> {
  const client = await TestClient.start();
  const uri = 'file:///bench/fw.sh';
  const lines = text.split('\n');
  const opening = performance.now();
  await client.open(uri, text, 'shellscript');
  const open = performance.now() - opening;
  const before = cpuOf(client.pid);
  const edits = await typing(client, uri, lines);
  const cpu = (cpuOf(client.pid) - before) / EDITS;
  const pings: number[] = [];
  for (let index = 0; index < EDITS; index++) pings.push(await took(() => client.request('textDocument/foldingRange', { textDocument: { uri: 'file:///bench/none' } })));
  const ping = quantile(pings, 0.5);
  const memory = Number(/VmRSS:\s+(\d+)/u.exec(readFileSync(`/proc/${client.pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024;
  console.log(`a script of ${COMMANDS} commands (${name}): open ${open.toFixed(0)} ms; an edit p50 ${quantile(edits, 0.5).toFixed(1)} ms, p95 ${quantile(edits, 0.95).toFixed(1)}, least ${quantile(edits, 0).toFixed(1)} (${(quantile(edits, 0.5) / ping).toFixed(0)} empty requests), ${cpu.toFixed(1)} ms of processor time each; ${memory.toFixed(0)} MB resident`);
  await client.stop();
}

/** Milliseconds of processor time that a process has had, in its clock's ticks of 10 ms. */
function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /u, '').split(' ');
  return 10 * (Number(fields[11]) + Number(fields[12]));
}

/** Types a comment into commands all over the script, one character at a time, as a person would. */
async function typing(client: TestClient, uri: string, lines: readonly string[]): Promise<number[]> {
  const times: number[] = [];
  const rows = lines.flatMap((line, row) => (line.includes('-A') ? [row] : []));
  for (let edit = 0; edit < EDITS; edit++) {
    const row = rows[(Math.floor(edit / TYPED.length) * 997) % rows.length]!;
    const at = { line: row, character: lines[row]!.length + edit % TYPED.length };
    times.push(await took(() => client.change(uri, edit + 2, TYPED[edit % TYPED.length]!, { start: at, end: at })));
  }
  return times;
}

async function took(run: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await run();
  return performance.now() - start;
}

function quantile(times: readonly number[], q: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;
}
