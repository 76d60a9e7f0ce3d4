import type { Finding } from '../../server/src/rules/rule.ts';

/** What is said of a refusal: what to write or leave out, what is allowed, or the names that there are. */
const ADVICE = new RegExp([
  'writes?', 'written', 'did you mean', 'one of', 'such as', 'needs', 'at (?:most|least)', 'the (?:most|least) is', 'from -?\\d', 'up to', 'leave', 'remove', 'delete', 'split',
  'choose', 'name an?', 'name it', 'name the', 'end with', 'looks like', 'is for', 'are for', 'declare', 'give', 'put', 'works? (?:in|with|behind)', 'goes? with', 'has to', 'belongs to', 'empties it',
].map((words) => `\\b${words}\\b`).join('|'), 'iu');

/** Messages that tell nobody what is wrong. */
const GENERIC = /\b(?:invalid|illegal|bad|syntax error|malformed|unexpected|not valid|not allowed|unsupported)\b/iu;

/** Diagnostics of our own comments, and those that say what a ruleset does; iptables takes what they are about. */
const NOT_OF_IPTABLES: ReadonlySet<string> = new Set(['expectation-failed', 'expectation-undecided', 'invalid-packet', 'unknown-diagnostic', 'unreadable-start', 'early-exit']);

/** Where there is no word to name: what is wrong is that nothing stands there, or what a whole line is. */
const NAMELESS: readonly RegExp[] = [
  /\b(?:is|can't be) empty\b/u, /^An empty value\b/u, /\bis missing\b/u, /^A comment must stand/u, /^iptables-restore (?:takes a line of blanks|knows no comment)/u, /^This rule has no command/u,
  // What it is about is a default that nobody has written.
  /^The burst of 5, which is the default/u, /^iptables-legacy refuses (?:this limit|a burst of 0)/u,
];

/** Whether the finding says that iptables, or one of its back ends, refuses something. */
export const isRefused = ({ code, severity, message }: Finding): boolean =>
  (severity === 'error' || /iptables-(?:nft|legacy) refuses/u.test(message)) && !NOT_OF_IPTABLES.has(code) && !code.startsWith('lockout');

const namesIn = (message: string): string[] => Array.from(message.matchAll(/`([^`]*)`/gu), ([, name]) => name!);

const isNamed = ({ message, line }: Finding): boolean => namesIn(message).some((name) => name.split(' ').some((word) => word !== '' && line.text.includes(word)));

/** What the message of a refusal lacks; undefined where it says what is wrong, by its name, and what to write. */
export function messageFault(finding: Finding): string | undefined {
  const { message, fixes = [], span, line } = finding;
  if (!/^(?:`|[A-Z]|ip6?tables)/u.test(message) || !/[.?]$/u.test(message)) return 'it is no sentence';
  if (namesIn(message).includes('')) return 'it names an empty word';
  if (!isNamed(finding) && !NAMELESS.some((words) => words.test(message))) return 'it names no word of the line';
  if (!ADVICE.test(message) && fixes.length === 0) return 'it does not say what to write';
  if (GENERIC.test(message.replaceAll(/`[^`]*`|"[^"]*"/gu, ''))) return 'its words fit anything';
  if (message.length > MOST) return `it has ${message.length} characters`;
  return span.start === span.end && line.text !== '' ? 'it points at nothing' : undefined;
}

/** Characters of a message that can still be read under a cursor. */
const MOST = 420;
