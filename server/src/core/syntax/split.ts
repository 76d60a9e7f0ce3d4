/** A logical line: one physical line, or a command that backslashes continue over several. */
export interface LogicalText {
  readonly text: string;
  readonly eol: '' | '\n' | '\r\n';
}

/**
 * The logical lines of a text. Ruleset lines stand alone; any other line that ends in a backslash goes on in the next
 * one, as in a shell. Only the last line may have no line ending, and a text that ends in one has no empty line after it.
 */
export function splitLines(text: string): LogicalText[] {
  const lines: LogicalText[] = [];
  let start = 0;
  while (start < text.length) {
    const { end, eol } = logicalEnd(text, start);
    lines.push({ text: text.slice(start, end), eol });
    start = end + eol.length;
  }
  return lines;
}

/** Whether the line would take in the one after it. */
export function continues(line: LogicalText): boolean {
  return line.eol !== '' && isContinued(line.text, 0, line.text.length);
}

function logicalEnd(text: string, start: number): { end: number; eol: LogicalText['eol'] } {
  let from = start;
  for (;;) {
    const newline = text.indexOf('\n', from);
    if (newline === -1) return { end: text.length, eol: '' };
    const carriage = newline > from && text.charCodeAt(newline - 1) === 13;
    const end = carriage ? newline - 1 : newline;
    if (newline === text.length - 1 || !isContinued(text, start, end)) return { end, eol: carriage ? '\r\n' : '\n' };
    from = newline + 1;
  }
}

/** How the counters of a rule begin, as the grammar has them; any other `[` is for a shell. */
const COUNTERS = /\[[ \t]*[0-9A-Za-z+-]*:[0-9A-Za-z+-]*[ \t]*\]|\[[0-9:]/uy;

/** Whether the text from `start` to `end` is shell whose last character is a backslash that is not itself escaped. */
function isContinued(text: string, start: number, end: number): boolean {
  let backslashes = 0;
  while (end - backslashes > start && text.charCodeAt(end - 1 - backslashes) === 92) backslashes++;
  if (backslashes % 2 === 0) return false;
  let first = start;
  while (first < end && (text.charCodeAt(first) === 32 || text.charCodeAt(first) === 9)) first++;
  if (text[first] !== '[') return !'-*:#'.includes(text[first] ?? '#');
  COUNTERS.lastIndex = first;
  return !COUNTERS.test(text);
}

/** Number of physical lines that the text of a logical line spans. */
export function physicalLines(text: string): number {
  let count = 1;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
