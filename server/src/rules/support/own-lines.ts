import type { Line } from '../../core/syntax/line.ts';
import type { Report } from '../rule.ts';

/** The report without what it says of lines that are not the document's own; undefined where its own line is none of them. */
export function withoutForeign<R extends Report>(report: R, owns: (line: Line) => boolean): R | undefined {
  if (!owns(report.line)) return undefined;
  const related = report.related?.filter(({ line }) => owns(line));
  const fixes = report.fixes?.filter(({ edits }) => edits.every(({ line }) => owns(line)));
  if (related?.length === report.related?.length && fixes?.length === report.fixes?.length) return report;
  return { ...report, ...(related === undefined ? {} : { related }), ...(fixes === undefined ? {} : { fixes }) };
}
