import fc from 'fast-check';

/** What the scripts ask: a value, the same one the other way round and again, another value. */
export const QUESTIONS = ['[ -n "$A" ]', '[ -n "$B" ]', '[ "$C" = on ]'] as const;

const conditions = fc.constantFrom('', '-s 10.0.0.0/8', '-s 10.1.0.0/16', '-i eth0', '-p tcp', '-p tcp --dport 22', '-p udp', '-m conntrack --ctstate NEW', '! -s 10.0.0.0/8');
const target = (later: readonly string[]): fc.Arbitrary<string> => fc.constantFrom('ACCEPT', 'DROP', 'DROP', 'RETURN', 'REJECT', 'LOG', ...later, ...later);
const rule = fc.oneof(
  fc.tuple(fc.constantFrom('-A INPUT', '-A INPUT', '-I INPUT'), conditions, target(['ONE', 'TWO'])),
  fc.tuple(fc.constantFrom('-A ONE', '-I ONE'), conditions, target(['TWO'])),
  fc.tuple(fc.constantFrom('-A TWO'), conditions, target([])),
).map(([where, asked, target]) => `iptables ${where} ${asked} -j ${target}`.replace('  ', ' '));

const lines = (depth: number): fc.Arbitrary<readonly string[]> => fc.array(statement(depth), { minLength: 1, maxLength: 4 }).map((each) => each.flat());

function statement(depth: number): fc.Arbitrary<readonly string[]> {
  const plain = rule.map((each) => [each]);
  if (depth === 0) return plain;
  const question = fc.tuple(fc.constantFrom('', '! '), fc.constantFrom(...QUESTIONS)).map(([not, asked]) => `${not}${asked}`);
  const inner = lines(depth - 1);
  return fc.oneof(
    { weight: 2, arbitrary: plain },
    fc.tuple(question, inner).map(([asked, then]) => [`if ${asked}; then`, ...then, 'fi']),
    fc.tuple(question, inner, inner).map(([asked, then, otherwise]) => [`if ${asked}; then`, ...then, 'else', ...otherwise, 'fi']),
    fc.tuple(question, rule).map(([asked, then]) => [`${asked} && ${then}`]),
  );
}

/** A script of rules of which some are there by the answers to questions that nobody knows. */
export const conditionalScript: fc.Arbitrary<string> = fc.tuple(fc.constantFrom('ACCEPT', 'DROP'), fc.array(statement(2), { minLength: 2, maxLength: 8 }))
  .map(([policy, statements]) => ['#!/bin/sh', `iptables -P INPUT ${policy}`, 'iptables -N ONE', 'iptables -N TWO', ...statements.flat(), ''].join('\n'));

/** A line of such a script, whatever stands around it. */
export const scriptLine: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: rule }, { weight: 2, arbitrary: fc.tuple(fc.constantFrom(...QUESTIONS, '[ -f /x ]'), rule).map(([asked, then]) => `${asked} && ${then}`) },
  fc.constantFrom(...QUESTIONS.map((asked) => `if ${asked}; then`), 'if [ -f /x ]; then', 'else', 'fi', 'fi', 'iptables -P INPUT DROP', 'iptables -F', 'iptables -F ONE', 'A=', 'f() {', '}', 'f', ''),
);
