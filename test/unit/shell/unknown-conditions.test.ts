import assert from 'node:assert/strict';
import fc from 'fast-check';
import { evaluate, summary, wordsOf } from './run.ts';

/** Statements that ask what nobody knows, in all that makes one depend on another; `C` stands where commands get numbers, `LEAVE` where functions return. */
const { statement, status } = fc.letrec<{ statement: string; status: string; block: string }>((tie) => ({
  status: fc.oneof(
    { maxDepth: 2, depthIdentifier: 'shell' }, fc.constantFrom('[ "$Q" = 1 ]', '[ "$Q" = 1 ]', '[ "$R" = 1 ]', '[ "$Q" != 1 ]', 'true', 'false', 'iptables C', 'f', 'g', 'h'),
    fc.tuple(tie('status'), fc.constantFrom('&&', '||'), tie('status')).map((parts) => parts.join(' ')), tie('status').map((each) => `! ${each}`.replace('! !', '!')),
    tie('statement').map((each) => `{ ${each}; }`), fc.tuple(tie('statement'), fc.constantFrom('exit 0', 'exit 1', 'true', '[ "$Q" = 1 ] && exit 1; true')).map(([each, end]) => `( ${each}; ${end} )`),
  ),
  block: fc.array(tie('statement'), { minLength: 1, maxLength: 2 }).map((each) => each.join('; ')),
  statement: fc.oneof(
    { maxDepth: 2, depthIdentifier: 'shell' }, tie('status'), tie('status'),
    fc.constantFrom('h() { iptables C; }', 'h() { iptables C; }', 'h() { iptables C; return 1; }', 'h() { [ "$Q" = 1 ]; }', 'unset -f h'),
    fc.tuple(tie('status'), tie('block'), tie('block')).map(([condition, some, others]) => `if ${condition}; then ${some}; else ${others}; fi`),
    fc.tuple(tie('status'), tie('block'), tie('status'), tie('block')).map(([first, some, second, others]) => `if ${first}; then ${some}; elif ${second}; then ${others}; fi`),
    fc.tuple(fc.constantFrom('$Q', '$R', '$?'), fc.constantFrom('1', '0|2', '[01]'), tie('block'), tie('block')).map(([value, pattern, some, others]) => `case ${value} in ${pattern}) ${some} ;; *) ${others} ;; esac`),
    fc.tuple(tie('block'), tie('status'), fc.constantFrom('break', 'continue', 'break 2', 'continue 2', 'LEAVE', 'true')).map(([some, condition, end]) => `for i in 1 2; do ${some}; ${condition} && ${end}; iptables C; done`),
  ),
}));

const returning = fc.tuple(statement, status, fc.constantFrom('&& return 0', '|| return 1', '&& return'), statement).map(([some, condition, end, last]) => `${some}; ${condition} ${end}; ${last}`);

/** A script with functions that may call each other one way, and one that others define anew. */
const scripts = fc.tuple(returning, returning, fc.array(statement, { minLength: 1, maxLength: 5 })).map(([f, g, all]) => {
  let count = 0;
  return [`f() { ${f.replace(/\b[fg]\b/gu, 'true')}; }`.replace(/\bLEAVE\b/gu, 'return 0'), `g() { ${g.replace(/\bg\b/gu, 'f')}; }`.replace(/\bLEAVE\b/gu, 'return 1'), 'h() { iptables C; }', ...all].join('\n').replace(/\bLEAVE\b/gu, 'break').replace(/\bC\b/gu, () => `-A ${++count}`);
});

/** What commands run, and which of them for sure. */
const runs = (script: string): readonly { readonly words: string; readonly isSure: boolean }[] => evaluate(script, { args: [], isBash: true }).invocations.filter(({ reached }) => reached)
  .map((invocation) => ({ words: wordsOf(invocation).join(' '), isSure: invocation.conditions.every(({ assumed }) => assumed === true) }));

/** Holds what may run against what does, whatever the answers. */
function holds(script: string): void {
  const open = runs(script);
  const possible = new Set(open.map(({ words }) => words));
  for (const answers of ['Q=1 R=1', 'Q=1 R=0', 'Q=0 R=1', 'Q=2 R=2']) {
    const known = runs(`${answers.replace(' ', '\n')}\n${script}`);
    const ran = new Set(known.filter(({ isSure }) => isSure).map(({ words }) => words));
    for (const words of ran) assert.ok(possible.has(words), `with ${answers} there runs ${words}, which is not expected:\n${script}`);
    for (const { words, isSure } of open) assert.ok(!isSure || ran.has(words), `with ${answers} there does not run ${words}, which is said to run:\n${script}`);
  }
}

describe('conditions that nobody knows', () => {
  const cases: Readonly<Record<string, readonly string[]>> = {
    'if [ -f /x ] && true; then iptables a; fi': ['if [ -f /x ]: iptables a'],
    'if [ -f /x ] || false; then iptables a; fi': ['if [ -f /x ]: iptables a'],
    'if [ -f /x ] && false; then iptables a; fi': [],
    'if [ -f /x ] || true; then iptables a; fi': ['iptables a'],
    'if [ -f /x ] && [ -f /y ]; then iptables a; fi': ['if [ -f /x ] && [ -f /y ]: iptables a'],
    'f() { [ -f /x ] && return 0; return 1; }; f && iptables a; f || iptables b': ['if [ -f /x ]: iptables a', 'if [ -f /x ]: iptables b'],
    'f() { [ -f /x ] && return 0; true; }; f && iptables a; f || iptables b': ['iptables a'],
    'f() { for i in 1 2; do [ -f /x ] && return 0; done; return 1; }; f && iptables a': ['if [ -f /x ]: iptables a'],
    '( [ -f /x ] && exit 1; true ) && iptables a': ['if [ -f /x ]: iptables a'],
    'while [ -f /x ]; do iptables a; break; done && iptables b': ['if [ -f /x ]: iptables a', 'iptables b'],
    'while [ -f /x ]; do iptables a; [ -f /y ]; done && iptables b': ['if [ -f /x ]: iptables a', 'if [ -f /x ]: iptables b'],
    'while [ -f /x ]; do false; done && iptables b': ['if [ -f /x ]: iptables b'],
    'f() { local x=$1; }; x=1; for i in $(ls); do f 2; done; iptables $x': ['iptables 1'],
    'f() { local x=$1; g; }; g() { x=3; }; x=1; for i in $(ls); do [ -f /x ] && f 2; done; iptables $x': ['iptables 1'],
    'f() { local x=2; }; x=1; for i in $(ls); do x=2; f; done; iptables $x': ['iptables <$(ls)>'],
    'f() { x=0; local x=2; }; x=1; for i in $(ls); do f; done; iptables $x': ['iptables <$(ls)>'],
    'if iptables -N a || false; then iptables b; fi': ['iptables -N a', 'iptables b'],
  };
  for (const [script, expected] of Object.entries(cases)) it(`leave the status of what looks at them open: ${script}`, () => { assert.deepEqual(summary(script), expected); });

  const functions: Readonly<Record<string, readonly string[]>> = {
    'if [ "$D" ]; then f() { echo iptables a; }; else f() { iptables "$@"; }; fi; f b': ['if [ "$D" ]: iptables b'],
    'if [ -f /x ]; then f() { iptables a; }; else f() { iptables b; }; fi; f && iptables c': ['if [ -f /x ]: iptables a', 'if [ -f /x ]: iptables b', 'iptables c'],
    'f() { iptables a; }; if [ -f /x ]; then f() { iptables b; }; fi; f': ['if [ -f /x ]: iptables b', 'if [ -f /x ]: iptables a'],
    'f() { iptables a; }; if [ -f /x ]; then f() { false; }; fi; f && iptables c': ['if [ -f /x ]: iptables a', 'if [ -f /x ]: iptables c'],
    'f() { iptables a; }; [ -f /x ] && unset -f f; f': ['if [ -f /x ]: iptables a'],
    '[ -f /x ] && iptables() { iptables-restore < $1; }; iptables a': ['if [ -f /x ]: iptables-restore <a>', 'if [ -f /x ]: iptables a'],
    'if [ -f /x ]; then f() { iptables a; }; else f() { iptables a; }; exit; fi; f': ['iptables a'],
    'if [ "$D" = 1 ]; then f() { iptables a; }; else f() { iptables b; }; fi; if [ "$D" = 1 ]; then f; else f; f; fi': ['if [ "$D" = 1 ]: iptables a', 'if [ "$D" = 1 ]: iptables b', 'if [ "$D" = 1 ]: iptables b'],
    'f() { iptables a; }; while read X; do f; f() { iptables b; }; done': ['if read X: if read X: iptables b', 'if read X: if read X: iptables a'],
    'for i in 1 2 3 4 5 6 7 8; do if [ -f /$i ]; then f() { iptables a; }; fi; done; f': ['if [ -f /$i ]: iptables a'],
  };
  for (const [script, expected] of Object.entries(functions)) it(`leave open which function a name stands for: ${script}`, () => { assert.deepEqual(summary(script), expected); });

  const values: Readonly<Record<string, readonly string[]>> = {
    'f() { if [ -f /x ]; then X=1; return; fi; X=2; iptables $X; }; f; iptables a$X': ['if [ -f /x ]: iptables 2', 'iptables <[ -f /x ]>'],
    'f() { if [ -f /y ]; then X=1; [ -f /x ] && return; X=0; fi; X=2; }; X=0; f; iptables $X': ['iptables <[ -f /x ]>'],
    'f() { if [ -f /x ]; then g() { iptables a; }; return; fi; g() { iptables b; }; }; f; g': ['if [ -f /x ]: iptables a', 'if [ -f /x ]: iptables b'],
    'X=0; for i in 1 2; do [ -f /$i ] && break; X=$i; done; iptables $X': ['iptables <[ -f /$i ]>'],
    'X=0; for i in 1; do [ -f /$i ] && { X=1; continue; }; X=2; iptables $X; done; iptables $X': ['if [ -f /$i ]: iptables 2', 'iptables <[ -f /$i ]>'],
    'for i in 1 2; do [ -f /$i ] && continue; iptables $i; done': ['if [ -f /$i ]: iptables 1', 'if [ -f /$i ]: iptables 2'],
    'set -- a b; for i in 1; do [ -f /x ] && break; shift; done; iptables "$1"': ['iptables <$1>'],
    'f() { [ -f /x ] && return; local X=3; iptables $X; }; X=1; f; iptables $X': ['if [ -f /x ]: iptables 3', 'iptables 1'],
    'f() { [ -f /x ] && return; ( X=3 ); }; X=1; f; iptables $X': ['iptables 1'],
  };
  for (const [script, expected] of Object.entries(values)) it(`leave open what is left behind where ways meet again: ${script}`, () => { assert.deepEqual(summary(script), expected); });

  const left: Readonly<Record<string, readonly string[]>> = {
    'f() { for i in 1 2; do [ -f /x ] && return; done; iptables a; }; f; iptables b': ['if [ -f /x ]: if [ -f /x ]: iptables a', 'iptables b'],
    'f() { while read X; do [ -f /x ] && return; done; iptables a; }; f; iptables b': ['if [ -f /x ]: iptables a', 'iptables b'],
    'for i in 1 2; do for j in 1; do [ -f /x ] && break 2; done; done; iptables b': ['iptables b'],
    'for i in 1; do for j in 1; do [ -f /x ] && break 2; done; iptables a; done; iptables b': ['if [ -f /x ]: iptables a', 'iptables b'],
    'for i in 1 2; do for j in 1; do [ -f /x ] && continue 2; done; iptables $i; done': ['if [ -f /x ]: iptables 1', 'if [ -f /x ]: iptables 2'],
    'for i in $L 1; do [ -f /x ] && break; done; iptables a': ['iptables a'],
    'for i in 1 2; do [ -f /x ] && break 2; done; iptables a': ['iptables a'],
    'f() { [ -f /x ] && break; iptables a; }; for i in 1; do f; done': ['iptables a'],
    'for i in $L 1; do [ -f /x ] && break; iptables $i; done': ['if $L: if [ -f /x ]: iptables <$L>', 'if [ -f /x ]: if [ -f /x ]: iptables 1'],
    'for i in a b; do for j in $L; do break 2; done; iptables $i; done; iptables c': ['if $L: iptables a', 'if $L: if $L: iptables b', 'iptables c'],
    'for i in a b; do while read X; do continue 2; done; iptables $i; done': ['if read X: iptables a', 'if read X: iptables b'],
    'false; while read X; do iptables $?; false; done': ['if read X: iptables <read X>'],
    'for i in 1 2; do [ $i = 1 ] && [ "$Q" = 1 ] && continue; iptables $i; done': ['if [ "$Q" = 1 ]: iptables 1', 'iptables 2'],
  };
  for (const [script, expected] of Object.entries(left)) it(`leave open what comes until ways meet again: ${script}`, () => { assert.deepEqual(summary(script), expected); });

  const subshells: Readonly<Record<string, readonly string[]>> = {
    '( [ -f /x ] || exit 1; iptables a ); iptables b': ['if [ -f /x ]: iptables a', 'iptables b'],
    'f() { [ -f /x ] || exit; }; ( for i in 1; do f; done; iptables a; ( iptables b ) ); iptables c': ['if [ -f /x ]: iptables a', 'if [ -f /x ]: iptables b', 'iptables c'],
    'X=$( [ -f /x ] || exit 1; echo 1 ); iptables $X': ['iptables <$( [ -f /x ] || exit 1; echo 1 )>'],
    'set -e; ( [ -f /x ] || exit 1; iptables a ); iptables b': ['iptables a', 'iptables b'],
    'set -e; ( [ -f /x ] || exit 0; iptables a ); iptables b': ['if [ -f /x ]: iptables a', 'iptables b'],
    'set -e; ( ( [ -f /x ] || exit 1; iptables a ) ) || true': ['if [ -f /x ]: iptables a'],
    'set -e; ( [ -f /x ] || exit 1; iptables a ) & iptables b': ['if [ -f /x ]: iptables a', 'iptables b'],
    'set -e; { [ -f /x ] || exit 1; iptables a; } | cat': ['if [ -f /x ]: iptables a'],
    'set -e -o pipefail; { [ -f /x ] || exit 1; iptables a; } | cat': ['iptables a'],
    '[ -f /x ] || exit 1; iptables a': ['iptables a'],
  };
  for (const [script, expected] of Object.entries(subshells)) it(`leave open what a subshell does that may have ended: ${script}`, () => { assert.deepEqual(summary(script), expected); });

  const stayed: Readonly<Record<string, readonly string[]>> = {
    'f() { [ -f /x ] && return 0; exit 1; }; f && iptables a; iptables b': ['iptables a', 'iptables b'],
    'f() { [ -f /x ] && return 1; iptables a; exit 1; }; f || iptables b': ['if [ -f /x ]: iptables a', 'iptables b'],
    'for i in 1 2; do [ -f /x ] && break; exit 1; done; iptables a': ['iptables a'],
    'f() { for i in 1 2; do [ -f /x ] && break; return; done; iptables a; }; f; iptables b': ['if [ -f /x ]: iptables a', 'iptables b'],
    'for i in 1 2; do [ -f /x ] && continue; iptables $i; break; done; iptables b': ['if [ -f /x ]: iptables 1', 'if [ -f /x ]: if [ -f /x ]: iptables 2', 'iptables b'],
  };
  for (const [script, expected] of Object.entries(stayed)) it(`go on with what has left before the others leave further: ${script}`, () => { assert.deepEqual(summary(script), expected); });

  it('ask nothing behind a way that may not have been taken', () => {
    const [first] = evaluate('f() { if [ "$P" = 1 ]; then [ "$Q" = 1 ] && return; fi; iptables a; }; f').invocations;
    assert.deepEqual(first!.conditions.map(({ answers }) => answers), [undefined]);
  });

  it('leave open what they may bring, whatever the answers', () => { fc.assert(fc.property(scripts, holds), { numRuns: Number(process.env['SHELL_OPEN_SCRIPTS'] ?? 150) }); }).timeout(300_000);
});
