import type { Finding } from '../rule.ts';

/** Of the findings that have one cause the first, which says how many others there are; and all those that have none. */
export function joined(findings: readonly Finding[]): readonly Finding[] {
  const others = new Map<string, number>();
  const left = findings.filter(({ joint }) => {
    if (joint === undefined) return true;
    const before = others.get(joint.cause);
    others.set(joint.cause, before === undefined ? 0 : before + 1);
    return before === undefined;
  });
  return others.size === 0 ? findings : left.map((finding) => speakingFor(finding, others));
}

function speakingFor(finding: Finding, others: ReadonlyMap<string, number>): Finding {
  const { joint } = finding;
  const count = joint === undefined ? 0 : others.get(joint.cause)!;
  return count === 0 ? finding : { ...finding, message: joint!.message(count) };
}
