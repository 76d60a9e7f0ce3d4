import type { Line } from '../../core/syntax/line.ts';
import type { Finding } from '../rule.ts';

/** What is said of a place in a line. */
type Said = Pick<Finding, 'code' | 'line' | 'span' | 'message' | 'packet'>;

/** All but those that say the same of the same place, if only by another packet: a command that runs several times, or for both families. */
export function distinct<S extends Said>(findings: readonly S[]): readonly S[] {
  const [lines, several] = [new Set<Line>(), new Set<Line>()];
  for (const { line } of findings) (lines.has(line) ? several : lines).add(line);
  const known = new Map<Line, Set<string>>();
  return findings.filter(({ line, code, span, message, packet }) => {
    if (!several.has(line)) return true;
    const key = `${code} ${span.start} ${span.end} ${packet === undefined ? message : message.replace(packet, '')}`;
    const said = known.get(line);
    if (said === undefined) known.set(line, new Set([key]));
    else if (said.has(key)) return false;
    else said.add(key);
    return true;
  });
}
