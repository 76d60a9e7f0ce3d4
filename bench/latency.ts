// Latency of the built server as an editor sees it: open → diagnostics, and edit → diagnostics, over standard input and
// output, with the memory of the server process. Prints times and, in the same run, their ratio to a bare JSON echo of
// the same edits, so that two machines can be compared.
//   node --import tsx bench/latency.ts [--rules 5000] [--edits 200]
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { TestClient } from '../test/protocol/client.ts';
import { ruleset } from './ruleset.ts';

const { values } = parseArgs({ options: { rules: { type: 'string', default: '5000' }, edits: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' } } });
const text = ruleset(Number(values.rules), Number(values.seed));
const lines = text.split('\n');
const uri = 'file:///bench/rules.v4';

const client = await TestClient.start();
const opened = performance.now();
await client.open(uri, text);
const open = performance.now() - opened;

// Types a comment into rules all over the file, one character at a time, as a person would.
const ruleRows = lines.flatMap((line, row) => (line.startsWith('-A') ? [row] : []));
const typed = ' -m comment --comment x';
const times: number[] = [];
let version = 1;
for (let edit = 0; edit < Number(values.edits); edit++) {
  const character = edit % typed.length;
  const row = ruleRows[(Math.floor(edit / typed.length) * 997) % ruleRows.length]!;
  const column = lines[row]!.length + character;
  const at = { line: row, character: column };
  const start = performance.now();
  await client.change(uri, ++version, typed[character]!, { start: at, end: at });
  times.push(performance.now() - start);
}
times.sort((a, b) => a - b);
const quantile = (q: number): number => times[Math.min(times.length - 1, Math.floor(q * times.length))]!;

const pings: number[] = [];
for (let i = 0; i < 200; i++) {
  const start = performance.now();
  await client.request('textDocument/foldingRange', { textDocument: { uri: 'file:///bench/none' } });
  pings.push(performance.now() - start);
}
pings.sort((a, b) => a - b);
const ping = pings[100]!;
const memory = Number(/VmRSS:\s+(\d+)/u.exec(readFileSync(`/proc/${client.pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024;

console.log(`${lines.length} lines, ${(text.length / 1e6).toFixed(2)} MB`);
console.log(`open -> diagnostics      ${open.toFixed(1)} ms   (${(open / ping).toFixed(0)} empty requests)`);
console.log(`edit -> diagnostics p50  ${quantile(0.5).toFixed(2)} ms   p95 ${quantile(0.95).toFixed(2)} ms   max ${quantile(1).toFixed(2)} ms   (p95 = ${(quantile(0.95) / ping).toFixed(1)} empty requests of ${ping.toFixed(2)} ms)`);
console.log(`memory of the server     ${memory.toFixed(0)} MB resident`);
await client.stop();
