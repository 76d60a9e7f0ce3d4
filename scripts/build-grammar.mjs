// Builds the tree-sitter grammar: grammar.js → src/ → iptables.wasm, with provenance.json to tell what came from what.
//   node scripts/build-grammar.mjs           rebuild all of it
//   node scripts/build-grammar.mjs --check   fail if what is committed is stale, or not what the tools build from grammar.js
//   node scripts/build-grammar.mjs --test    run test/corpus and test/highlight
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import os from 'node:os';
import path from 'node:path';

const directory = fileURLToPath(new URL('../grammars/iptables/', import.meta.url));
const provenanceFile = path.join(directory, 'provenance.json');
/** Files whose hashes provenance.json keeps: the source, and what is built from it. */
const HASHED = ['grammar.js', 'tree-sitter.json', 'src/parser.c', 'src/grammar.json', 'src/node-types.json', 'iptables.wasm'];

const tools = {
  treeSitterCli: {
    programs: ['tree-sitter', path.join(os.homedir(), '.cargo/bin/tree-sitter')],
    install: 'cargo install --locked tree-sitter-cli',
  },
  clang: { programs: ['clang-19'], install: 'apt-get install clang-19' },
  lld: { programs: ['wasm-ld-19'], install: 'apt-get install lld-19' },
};
const WASI_HEADERS = '/usr/include/wasm32-wasi';

const flags = new Set(process.argv.slice(2));
const unknown = [...flags].filter((flag) => !['--check', '--test'].includes(flag));
if (unknown.length > 0) fail(`unknown argument ${unknown.join(' ')}; known are --check and --test`);
else {
  if (flags.size === 0) build();
  if (flags.has('--check')) check();
  if (flags.has('--test')) test();
}

/** Rebuilds src/, the module and provenance.json in place. */
function build() {
  const missing = missingTools();
  if (missing.length > 0) return fail(`can't build the grammar:\n  ${missing.join('\n  ')}`);
  generate(path.join(directory, 'src'));
  compile(path.join(directory, 'src'), path.join(directory, 'iptables.wasm'));
  const sha256 = Object.fromEntries(HASHED.map((file) => [file, hash(path.join(directory, file))]));
  writeFileSync(provenanceFile, `${JSON.stringify({ ...versions(), sha256 }, null, 2)}\n`);
  console.log('built grammars/iptables/src, iptables.wasm and provenance.json');
}

/** Compares hashes with provenance.json always, and with a rebuild where the same tools are at hand. */
function check() {
  const recorded = JSON.parse(readFileSync(provenanceFile, 'utf8'));
  const stale = HASHED.filter((file) => recorded.sha256[file] !== hash(path.join(directory, file)));
  if (stale.length > 0) return fail(`${stale.join(', ')} not as provenance.json has it: run npm run grammar and commit what it builds`);
  const obstacles = missingTools();
  if (obstacles.length === 0) obstacles.push(...otherVersions(recorded));
  if (obstacles.length > 0) console.log(`hashes agree; REBUILD LEFT OUT:\n  ${obstacles.join('\n  ')}`);
  else compareWithRebuild();
}

/** Rebuilds into a temporary directory and fails on any byte that differs from what is committed. */
function compareWithRebuild() {
  const scratch = mkdtempSync(path.join(os.tmpdir(), 'iptables-grammar-'));
  try {
    const source = path.join(scratch, 'src');
    const module = path.join(scratch, 'iptables.wasm');
    generate(source);
    compile(source, module);
    const files = [...filesBelow(source).map((file) => [path.join(source, file), path.join('src', file)]), [module, 'iptables.wasm']];
    const committed = filesBelow(path.join(directory, 'src')).map((file) => path.join('src', file));
    const extra = committed.filter((file) => !files.some(([, name]) => name === file));
    const differing = files.filter(([built, name]) => !same(built, path.join(directory, name))).map(([, name]) => name);
    if (extra.length + differing.length > 0) fail(`not what grammar.js builds: ${[...differing, ...extra].join(', ')}`);
    else console.log(`hashes agree, and a rebuild gives the same ${files.length} files byte for byte`);
  } finally {
    rmSync(scratch, { recursive: true });
  }
}

/** Runs the corpus and the highlighting tests with tree-sitter's own runner. */
function test() {
  const missing = missingTools();
  if (missing.length > 0) return fail(`can't test the grammar:\n  ${missing.join('\n  ')}`);
  run(find('treeSitterCli'), ['test'], { CC: process.env.CC ?? find('clang') });
}

function generate(output) {
  run(find('treeSitterCli'), ['generate', '--output', output, 'grammar.js']);
}

/** Compiles a parser to the position-independent module that web-tree-sitter loads; no path enters it. */
function compile(source, output) {
  run(find('clang'), [
    '--target=wasm32-wasi', '--sysroot=/', '-isystem', WASI_HEADERS, '-Os', '-fPIC', '-shared', '-fvisibility=hidden',
    '-fno-exceptions', '-nostdlib', `-I${source}`, '-Wl,--no-entry', '-Wl,--allow-undefined', '-Wl,--experimental-pic',
    '-Wl,--strip-all', '-Wl,--export=tree_sitter_iptables', path.join(source, 'parser.c'), '-o', output,
  ]);
  chmodSync(output, 0o644); // the linker takes a module for a program
}

/** Path of a tool; undefined where it is not installed. */
function find(tool) {
  return tools[tool].programs.find((program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0);
}

/** What is missing for a build, each with the command that brings it. */
function missingTools() {
  const lines = Object.keys(tools).filter((tool) => find(tool) === undefined)
    .map((tool) => `${tools[tool].programs[0]} is missing: ${tools[tool].install}`);
  if (!existsSync(WASI_HEADERS)) lines.push('the headers of WASI are missing: apt-get install wasi-libc');
  return lines;
}

/** Versions of the tools that decide what the output's bytes are. */
function versions() {
  const version = (tool) => /\d+\.\d+\.\d+/u.exec(spawnSync(find(tool), ['--version'], { encoding: 'utf8' }).stdout)[0];
  return { treeSitterCli: version('treeSitterCli'), clang: version('clang'), lld: version('lld') };
}

/** The tools whose version is not the recorded one, which may write other bytes. */
function otherVersions(recorded) {
  return Object.entries(versions()).filter(([tool, version]) => version !== recorded[tool])
    .map(([tool, version]) => `${tool} is ${version}, the committed files are built with ${recorded[tool]}`);
}

function run(program, args, environment = {}) {
  const { status, error } = spawnSync(program, args, { cwd: directory, stdio: 'inherit', env: { ...process.env, ...environment } });
  if (status !== 0) throw error ?? new Error(`${path.basename(program)} ${args[0]} failed with exit code ${status}`);
}

function filesBelow(folder) {
  return readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
}

function same(one, other) {
  return existsSync(other) && readFileSync(one).equals(readFileSync(other));
}

/** SHA-256 of a file; undefined where there is no such file. */
function hash(file) {
  if (!existsSync(file)) return undefined;
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function fail(message) {
  console.error(message);
  process.exitCode = 1;
}
