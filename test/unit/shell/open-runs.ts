import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { maySplit } from '../../../server/src/core/shell/environment.ts';
import type { Invocation } from '../../../server/src/core/shell/invocation.ts';
import { isUnknown, type Field, type Value } from '../../../server/src/core/shell/value.ts';
import { evaluate, wordsOf, type Shell } from './run.ts';

/** What nobody knows of a run: arguments, variables of the environment, and what files, input and programs there are. */
interface Answers {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** One of the folders. */
  readonly folder: number;
  /** What each call of `ask` prints and how it ends. */
  readonly asked: number;
}

export const answers: fc.Arbitrary<Answers> = fc.record({
  args: fc.array(fc.constantFrom('', 'a', 'b', 'a b', 'start'), { maxLength: 3 }),
  env: fc.dictionary(fc.constantFrom('U', 'V'), fc.constantFrom('', 'a', 'b', 'a b', 'X=5', 'Y=a', 'abc'), { maxKeys: 2 }),
  folder: fc.nat(7), asked: fc.nat(2 ** 30 - 1).map((bits) => (bits | 1 << 7 | 1 << 19) & ~(1 << 3 | 1 << 13)),
});

/** What `conf` holds in a folder. */
const CONFS = [':', 'X=a', 'Y=yes', 'X=b Y=a', 'unset X; N=3', 'X="a b"', 'V=a U=b', 'N=5 X='];
/** A file that is known. */
const LIB = 'Y=${Y:-lib}\n[ -f f2 ] && return 1\nX=$Y\niptables -A LIB "$1"\n';
const INPUTS = ['', 'a\n', 'a b\nb\n', 'b c\n\na\nx\n'];

/** In place of the programs: functions that write down their arguments, and `ask`, whose answers nobody knows. */
const standIns = (folder: string): string => `
iptables() { printf '%s\\037' iptables "$@" >&3; printf '\\036' >&3; case $1 in -C) ask >/dev/null;; esac; }
ask() { read -r _n < "${folder}/count"; echo $((_n + 1)) > "${folder}/count"; case $(( (ASKED * 31 + _n * 7919) % 7 )) in 0) echo a;; 1) echo 'a b';; 2) echo;; 3) ;; 4) echo b;; 5) echo 'b
a';; 6) echo 5;; esac; return $(( (ASKED >> (_n % 30)) & 1 )); }
`;

/** Real shells in a folder in which nothing but stand-ins can be run. */
export class Shells {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'iptables-lens-'));

  constructor() {
    const bin = path.join(this.folder, 'bin');
    mkdirSync(bin);
    const program = (name: string, text: string): void => {
      writeFileSync(path.join(bin, name), `#!/bin/sh\n${text}\n`);
      chmodSync(path.join(bin, name), 0o755);
    };
    program('iptables', `printf '%s\\037' iptables "$@" >&3; printf '\\036' >&3`);
    program('iptables-restore', `{ printf '%s\\037' iptables-restore "$@"; cat; printf '\\037\\036'; } >&3`);
    CONFS.forEach((conf, index) => {
      const folder = path.join(this.folder, String(index));
      mkdirSync(folder);
      for (const [bit, file] of ['f1', 'f2'].entries()) if ((index >> bit & 1) === 1) writeFileSync(path.join(folder, file), 'a\n');
      writeFileSync(path.join(folder, 'conf'), `${conf}\n`);
      writeFileSync(path.join(folder, 'lib'), LIB);
      writeFileSync(path.join(folder, 'input'), INPUTS[index % INPUTS.length]!);
    });
  }

  /** What a shell runs of a script, for each of the answers; undefined where it had to be ended. */
  run(shell: Shell, script: string, all: readonly Answers[]): (readonly string[][] | undefined)[] {
    const file = path.join(this.folder, 'script');
    writeFileSync(file, standIns(this.folder) + script);
    const runs = all.map(({ args, env, folder, asked }) =>
      `echo 0 > count; ( cd ${folder}; ${Object.entries(env).map(([name, value]) => `export ${name}=${quote(value)}; `).join('')}ASKED=${asked}; export ASKED; timeout 0.5 ${shell} ${quote(file)} ${args.map(quote).join(' ')} <input >/dev/null 2>&1 ); [ $? -ge 124 ] && printf '\\036killed\\037\\036' >&3; printf '\\035' >&3\n`);
    const { stdout, error } = spawnSync('dash', [], { cwd: this.folder, input: `ulimit -t 1; exec 3>&1\n${runs.join('')}`, encoding: 'utf8', env: { PATH: `${path.join(this.folder, 'bin')}:/usr/bin:/bin`, LC_ALL: 'C.UTF-8' }, timeout: 20_000, maxBuffer: 1 << 28 });
    if (error !== undefined) throw error;
    return stdout.split('\x1D').slice(0, -1).map((run) => run.split('\x1E').slice(0, -1).map((call) => call.split('\x1F').slice(0, -1))).map((run) => (run.some(([word]) => word === 'killed') ? undefined : run));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

const quote = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** Whether a text may be a value. */
function mayBe(value: Value, text: string): boolean {
  if (!isUnknown(value)) return value === text;
  if (value.candidates !== undefined) return value.candidates.includes(text);
  return value.parts === undefined || new RegExp(`^${value.parts.map((part) => (isUnknown(part) ? '.*' : part.replace(/[.*+?^${}()|[\]\\]/gu, '\\$&'))).join('')}$`, 'su').test(text);
}

/** Whether words may be those that a command is given. */
function mayBeWords(fields: readonly Field[], words: readonly string[]): boolean {
  const [field, ...rest] = fields;
  if (field === undefined) return words.length === 0;
  if (field.unknown === undefined) return words[0] === field.text && mayBeWords(rest, words.slice(1));
  if (!maySplit(field)) return words.length > 0 && mayBe(field.unknown, words[0]!) && mayBeWords(rest, words.slice(1));
  return Array.from({ length: words.length + 1 }, (_, count) => count).some((count) => mayBeSome(field.unknown!, words.slice(0, count)) && mayBeWords(rest, words.slice(count)));
}

/** Whether a value may be split into these words. */
const mayBeSome = ({ candidates }: NonNullable<Field['unknown']>, words: readonly string[]): boolean => candidates === undefined || candidates.some((each) => each.split(/[\s,]+/u).filter((word) => word !== '').join(' ') === words.filter((word) => word !== '').join(' '));

/** Whether an invocation may be a call that was written down. */
function mayBeCall({ tool, arguments: args, input }: Invocation, [program, ...words]: readonly string[]): boolean {
  if (program !== (tool === 'restore' ? 'iptables-restore' : 'iptables')) return false;
  if (tool !== 'restore') return mayBeWords(args, words);
  if (input === undefined || 'origin' in input) return true;
  return mayBe({ origin: '', parts: input.map(({ text, unknown }) => unknown ?? text) }, words.at(-1)!);
}

const isSure = ({ conditions }: Invocation): boolean => conditions.every(({ assumed }) => assumed === true);

/** Loops that go round nobody knows how often. */
const LOOPS = /\b(?:while|until)\b|for \w(?:;| in [^;]*\$)/u;

/** Holds what a script is said to run against what it runs. */
export function holds(shells: Shells, shell: Shell, script: string, all: readonly Answers[]): void {
  const ours = evaluate(script, { isBash: shell === 'bash', readFile: (file) => (file.endsWith('lib') ? LIB : undefined) }).invocations.filter(({ reached }) => reached);
  const shown = ours.map((each) => `\n  ${isSure(each) ? '' : `if ${each.conditions.map(({ origin }) => origin).join(', ')}: `}${wordsOf(each).join(' ')}`).join('');
  shells.run(shell, script, all).forEach((run, index) => {
    if (run === undefined) return;
    const about = (what: string): string => `${what}, by ${shell} with ${JSON.stringify(all[index])}\n${script}\n-- said to run:${shown}\n-- runs:${run.map((call) => `\n  ${call.join(' ')}`).join('')}`;
    const inOrder = !LOOPS.test(script);
    const met = new Set<Invocation>();
    let next = 0;
    for (const call of run) {
      const place = ours.findIndex((each, at) => (!inOrder || at >= next) && mayBeCall(each, call));
      assert.ok(place !== -1, about(`there runs what is not expected: ${call.join(' ')}`));
      if (call[1] !== '-T') next = Math.max(next, place + 1);
      for (const each of ours) if (mayBeCall(each, call)) met.add(each);
    }
    const isWhole = run.some((call) => call[2] === 'END');
    for (const [at, each] of ours.entries()) {
      if (!isSure(each) || each.arguments.some(({ unknown }) => unknown !== undefined) || met.has(each)) continue;
      assert.ok(isWhole ? false : at >= next || each.arguments[0]?.text === '-T', about(`there does not run what is said to: ${wordsOf(each).join(' ')}`));
    }
  });
}

