// Runs every test that this machine allows, says aloud what it leaves out and how to get it, and counts.
//   node scripts/test.mjs            all that is possible here
//   node scripts/test.mjs --strict   leaving something out is a failure (CI)
//   node scripts/test.mjs unit lint  only these steps
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { installDependencies } from './dependencies.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const words = process.argv.slice(2);
const strict = words.includes('--strict');
const chosen = words.filter((word) => !word.startsWith('--'));

const has = (program) => spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;
const isRoot = process.getuid?.() === 0;

/** Why a step can't run here, and how to get what it wants; undefined when it can. */
const needs = {
  grammarTools: () => (has('tree-sitter') || existsSync(path.join(process.env.HOME ?? '', '.cargo/bin/tree-sitter'))) && has('clang-19') && has('wasm-ld-19') ? undefined
    : 'tree-sitter\'s command line or clang is missing: cargo install --locked tree-sitter-cli; apt-get install clang-19 lld-19 wasi-libc',
  editor: () => (has('chromium') || isRoot ? undefined : 'Chromium is missing: apt-get install chromium (as root this is done here)'),
  kernel: () => (!isRoot ? 'loading rules needs root: run as root (all traffic stays in network namespaces of its own)'
    : has('iptables') && has('ip') && has('nft') && has('ipset') && has('python3') ? undefined
      : 'iptables is missing: apt-get install iptables ipset nftables iproute2 python3'),
};

const mocha = (...patterns) => ['npx', 'mocha', ...patterns];
// Files side by side, so that the suite stays quick and no file can lean on another.
const parallel = (...patterns) => mocha('--parallel', '--jobs', String(os.availableParallelism()), ...patterns);
const steps = [
  { name: 'build', command: ['npm', 'run', '--silent', 'build'] },
  { name: 'types', command: ['npx', 'tsc', '-p', '.'] },
  { name: 'lint', command: ['npx', 'eslint', '.'] },
  { name: 'unit', command: parallel('test/unit/**/*.test.ts') },
  { name: 'protocol', command: mocha('test/protocol/**/*.test.ts') },
  { name: 'grammar', command: ['node', 'scripts/build-grammar.mjs', '--check', '--test'], needs: needs.grammarTools },
  { name: 'kernel', command: parallel('test/kernel/**/*.test.ts'), needs: needs.kernel },
  { name: 'extension', command: ['node', 'scripts/vscode-host/run-all.mjs'], needs: needs.editor },
].filter(({ name }) => chosen.length === 0 || chosen.includes(name));

installDependencies();

let passed = 0;
let failed = 0;
const leftOut = [];
for (const step of steps) {
  const missing = step.needs?.();
  if (missing !== undefined) {
    leftOut.push(`${step.name}: ${missing}`);
    if (strict) failed++;
    continue;
  }
  console.log(`\n== ${step.name}`);
  const { code, output } = await run(step.command);
  const counts = countsIn(output);
  passed += counts?.passed ?? (code === 0 ? 1 : 0);
  failed += counts === undefined ? (code === 0 ? 0 : 1) : Math.max(counts.failed, code === 0 ? 0 : 1);
  if (code !== 0) console.log(`== ${step.name} FAILED`);
}
if (leftOut.length > 0) console.log(`\nLEFT OUT${strict ? ' (a failure here)' : ''}:\n${leftOut.map((line) => `  ${line}`).join('\n')}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

/** Runs a command, showing its output as it comes; the output is kept for counting. */
function run([program, ...args]) {
  return new Promise((resolve) => {
    const child = spawn(program, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'], env: process.env });
    let output = '';
    child.stdout.on('data', (chunk) => {
      process.stdout.write(chunk);
      output += chunk;
    });
    child.on('close', (code) => resolve({ code, output }));
  });
}

/** Sums of mocha's closing lines in an output; undefined where there is none. */
function countsIn(output) {
  const sum = (pattern) => [...output.matchAll(pattern)].reduce((total, match) => total + Number(match[1]), 0);
  const passing = sum(/^\s+(\d+) passing/gmu);
  const failing = sum(/^\s+(\d+) failing/gmu);
  return passing + failing === 0 ? undefined : { passed: passing, failed: failing };
}
