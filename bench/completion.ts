// Latency of completion and signature help at the places where people type, after an edit of the same line, in files of several sizes.
// Prints times and, in the same run, their ratio to the edit itself.
//   node --import tsx bench/completion.ts [--rules 5000,100000] [--rounds 30]
import { parseArgs } from 'node:util';
import { complete } from '../server/src/features/completion.ts';
import { signatureHelp } from '../server/src/features/signature-help.ts';
import { openDocument } from '../test/support/document.ts';
import { ruleset } from './ruleset.ts';

const { values } = parseArgs({ options: { rules: { type: 'string', default: '5000,100000' }, rounds: { type: 'string', default: '30' }, seed: { type: 'string', default: '1' } } });

/** What stands on the line when the list is asked for; the cursor is at its end. */
const TYPED: Readonly<Record<string, string>> = {
  'a line': '-', 'the chain of a rule': '-A ', 'an option': '-A INPUT ', 'an option of tcp': '-A INPUT -p tcp --', 'a match': '-A INPUT -m ', 'a target': '-A INPUT -p tcp --dport 22 -j ',
  'a port': '-A INPUT -p tcp --dport ', 'a state': '-A INPUT -m conntrack --ctstate NEW,', 'behind an error': '-A INPUT -p tcp --dprot 22 -',
};

const milliseconds = ({ user, system }: NodeJS.CpuUsage): number => (user + system) / 1000;

/** Processor time of the work, which other programs do not disturb. */
function timed(work: () => unknown): number {
  const start = process.cpuUsage();
  work();
  return milliseconds(process.cpuUsage(start));
}

const middle = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)]!;
const worst = (times: readonly number[]): number => Math.max(...times);

for (const rules of values.rules.split(',').map(Number)) {
  const text = ruleset(rules, Number(values.seed));
  const lines = text.split('\n');
  const row = lines.indexOf('*filter') + Math.floor((lines.length - lines.indexOf('*filter')) * 0.6);
  const document = await openDocument(`${lines.slice(0, row).join('\n')}\n\n${lines.slice(row).join('\n')}`);
  document.ruleset();
  console.log(`${lines.length} lines`);
  let version = 1;
  let before = 0;
  const write = (typed: string): void => {
    document.update([{ range: { start: { line: row, character: 0 }, end: { line: row, character: before } }, text: typed }], ++version);
    before = typed.length;
  };
  for (const [place, typed] of Object.entries(TYPED)) {
    const times: Record<'edit' | 'completion' | 'signature', number[]> = { edit: [], completion: [], signature: [] };
    for (let round = 0; round < Number(values.rounds); round++) {
      write('');
      times.edit.push(timed(() => { write(typed); document.ruleset(); }));
      const position = { line: row, character: typed.length };
      times.completion.push(timed(() => complete(document, position, { snippets: true })));
      times.signature.push(timed(() => signatureHelp(document, position)));
    }
    const edit = middle(times.edit);
    console.log(`  ${place.padEnd(20)} completion ${middle(times.completion).toFixed(2)} ms, worst ${worst(times.completion).toFixed(2)} ms   signature ${middle(times.signature).toFixed(2)} ms   (edit ${edit.toFixed(2)} ms; completion = ${(middle(times.completion) / Math.max(edit, 0.01)).toFixed(1)} edits)`);
  }
}
