import type { Finding } from '../rule.ts';

/**
 * Of the findings in the order of their lines those that nothing silences. Where several have one cause the first speaks, and
 * says for how many others; what silences it silences them all.
 */
export function joined(findings: readonly Finding[], silences: (finding: Finding) => boolean): readonly Finding[] {
  const others = new Map<string, number>();
  const silent = new Set<string>();
  const left = findings.filter((finding) => {
    const isSilent = silences(finding);
    const cause = finding.joint?.cause;
    if (cause === undefined) return !isSilent;
    const before = others.get(cause);
    if (before === undefined && isSilent) silent.add(cause);
    if (isSilent || silent.has(cause)) return false;
    others.set(cause, before === undefined ? 0 : before + 1);
    return before === undefined;
  });
  return others.size === 0 ? left : left.map((finding) => speakingFor(finding, others));
}

function speakingFor(finding: Finding, others: ReadonlyMap<string, number>): Finding {
  const { joint } = finding;
  const count = joint === undefined ? 0 : others.get(joint.cause)!;
  return count === 0 ? finding : { ...finding, message: joint!.message(count) };
}
