/** The candidates nearest to `text` (at most two edits, fewer for short words; none for a letter, which anything is near to), best first. */
export function nearest(text: string, candidates: Iterable<string>, limit = 3): readonly string[] {
  const most = text.length < 2 ? 0 : text.length <= 3 ? 1 : 2;
  const lower = text.toLowerCase();
  const scored: { candidate: string; distance: number }[] = [];
  for (const candidate of new Set(candidates)) {
    if (Math.abs(candidate.length - text.length) > most) continue;
    const distance = editDistance(lower, candidate.toLowerCase());
    if (distance <= most) scored.push({ candidate, distance });
  }
  return scored.sort((a, b) => a.distance - b.distance || a.candidate.localeCompare(b.candidate)).slice(0, limit).map((s) => s.candidate);
}

/** Number of insertions, deletions, substitutions and swaps of neighbours that turn `a` into `b`. */
function editDistance(a: string, b: string): number {
  let older: number[] = [];
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(previous[j]! + 1, current[j - 1]! + 1, previous[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, older[j - 2]! + 1);
      current.push(best);
    }
    older = previous;
    previous = current;
  }
  return previous[b.length]!;
}

/** `; did you mean …?` for a message, and the spelling to write instead; empty and undefined when nothing is near. */
export function didYouMean(text: string, candidates: Iterable<string>): { readonly hint: string; readonly suggestion?: string } {
  const [best] = nearest(text, candidates, 1);
  return best === undefined ? { hint: '' } : { hint: ` Did you mean \`${best}\`?`, suggestion: best };
}
