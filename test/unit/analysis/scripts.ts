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

/** What takes rules away, or sends elsewhere what none decides. */
const taking = fc.oneof(
  rule.map((each) => each.replace(/-[AI] /u, '-D ')), rule.map((each) => each.replace(/-[AI] (\S+)/u, '-R $1 1')),
  fc.constantFrom('iptables -F INPUT', 'iptables -F ONE', 'iptables -F', 'iptables -P INPUT DROP', 'iptables -P INPUT ACCEPT', 'iptables -D INPUT 1', 'iptables -D ONE 1', 'iptables -X TWO', 'iptables -E TWO THREE'),
);

const lines = (command: fc.Arbitrary<string>, depth: number): fc.Arbitrary<readonly string[]> => fc.array(statement(command, depth), { minLength: 1, maxLength: 4 }).map((each) => each.flat());

function statement(command: fc.Arbitrary<string>, depth: number): fc.Arbitrary<readonly string[]> {
  const plain = command.map((each) => [each]);
  if (depth === 0) return plain;
  const question = fc.tuple(fc.constantFrom('', '! '), fc.constantFrom(...QUESTIONS)).map(([not, asked]) => `${not}${asked}`);
  const inner = lines(command, depth - 1);
  return fc.oneof(
    { weight: 2, arbitrary: plain },
    fc.tuple(question, inner).map(([asked, then]) => [`if ${asked}; then`, ...then, 'fi']),
    fc.tuple(question, inner, inner).map(([asked, then, otherwise]) => [`if ${asked}; then`, ...then, 'else', ...otherwise, 'fi']),
    fc.tuple(question, command).map(([asked, then]) => [`${asked} && ${then}`]),
  );
}

const scriptOf = (command: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.tuple(fc.constantFrom('ACCEPT', 'DROP'), fc.array(statement(command, 2), { minLength: 2, maxLength: 8 }))
  .map(([policy, statements]) => ['#!/bin/sh', `iptables -P INPUT ${policy}`, 'iptables -N ONE', 'iptables -N TWO', ...statements.flat(), ''].join('\n'));

/** A script of rules of which some are there by the answers to questions that nobody knows. */
export const conditionalScript: fc.Arbitrary<string> = scriptOf(rule);

/** One that also takes rules away by such answers. */
export const takingScript: fc.Arbitrary<string> = scriptOf(fc.oneof({ weight: 5, arbitrary: rule }, taking));

/** A line of such a script, whatever stands around it. */
export const scriptLine: fc.Arbitrary<string> = fc.oneof(
  { weight: 4, arbitrary: rule }, { weight: 2, arbitrary: fc.tuple(fc.constantFrom(...QUESTIONS, '[ -f /x ]'), rule).map(([asked, then]) => `${asked} && ${then}`) },
  fc.constantFrom(...QUESTIONS.map((asked) => `if ${asked}; then`), 'if [ -f /x ]; then', 'else', 'fi', 'fi', 'iptables -P INPUT DROP', 'iptables -F', 'iptables -F ONE', 'A=', 'f() {', '}', 'f', ''),
);
