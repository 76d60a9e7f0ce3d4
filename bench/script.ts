// How long the built server takes with scripts of many commands, as an editor sees it: open → diagnostics, and edit →
// diagnostics for each kind of edit at the start, in the middle and at the end, with the memory of the server process.
// Beside each time stands what of it the server's thread was computing: on a busy machine that is less.
//   node --import tsx bench/script.ts [--commands 5000] [--rounds 8] [--seed 1] [--kinds flat,strict,functions,service,restore]
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { TestClient } from '../test/protocol/client.ts';
import { editAll } from './script-edits.ts';
import { SCRIPT_KINDS, scriptOf } from './script-kinds.ts';

const { values } = parseArgs({
  options: { commands: { type: 'string', default: '5000' }, rounds: { type: 'string', default: '8' }, seed: { type: 'string', default: '1' }, kinds: { type: 'string', default: SCRIPT_KINDS.join() } },
});
const URI = 'file:///bench/fw.sh';

/** Milliseconds that something took, and of them those of the server's thread. */
interface Took {
  readonly time: number;
  readonly computing: number;
}

async function measure(name: string, text: string): Promise<void> {
  const client = await TestClient.start();
  const open = await took(client, () => client.open(URI, text, 'shellscript'));
  const edits = new Map<string, Took[]>();
  let version = 1;
  await editAll(text, Number(values.rounds), Number(values.seed), async (change, edit) => {
    const one = await took(client, () => client.change(URI, ++version, change.text, change.range));
    edits.set(edit, [...edits.get(edit) ?? [], one]);
  });
  const pings: number[] = [];
  for (let index = 0; index < 100; index++) pings.push((await took(client, () => client.request('textDocument/foldingRange', { textDocument: { uri: 'file:///bench/none' } }))).time);
  const ping = quantile(pings, 0.5);
  const memory = Number(/VmRSS:\s+(\d+)/u.exec(readFileSync(`/proc/${client.pid}/status`, 'utf8'))?.[1] ?? Number.NaN) / 1024;
  console.log(`${name}: ${text.split('\n').length} lines; open ${open.time.toFixed(0)} ms (${open.computing.toFixed(0)} computing); ${memory.toFixed(0)} MB resident behind all edits`);
  const ordinary = [...edits].flatMap(([edit, times]) => (edit === 'variable' ? [] : times));
  for (const [edit, times] of [...[...edits].sort(([a], [b]) => (a < b ? -1 : 1)), ['all but variable', ordinary] as const]) {
    const numbers = [0.5, 0.95, 1].map((q) => `${padded(quantile(times.map(({ time }) => time), q))} (${padded(quantile(times.map(({ computing }) => computing), q))})`);
    console.log(`  ${edit.padEnd(16)} p50 ${numbers[0]!}  p95 ${numbers[1]!}  max ${numbers[2]!} ms; p50 = ${(quantile(times.map(({ time }) => time), 0.5) / ping).toFixed(0)} empty requests`);
  }
  await client.stop();
}

async function took(client: TestClient, run: () => Promise<unknown>): Promise<Took> {
  const [start, before] = [performance.now(), computed(client.pid)];
  await run();
  return { time: performance.now() - start, computing: computed(client.pid) - before };
}

/** Milliseconds for which the first thread of a process has been running. */
const computed = (pid: number): number => Number(readFileSync(`/proc/${pid}/schedstat`, 'utf8').split(' ')[0]) / 1e6;

const padded = (milliseconds: number): string => milliseconds.toFixed(1).padStart(6);

function quantile(times: readonly number[], q: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]!;
}

for (const kind of SCRIPT_KINDS) if (values.kinds.split(',').includes(kind)) await measure(kind, scriptOf(kind, Number(values.commands), Number(values.seed)));
