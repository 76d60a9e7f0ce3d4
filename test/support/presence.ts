import type { BoundRule } from '../../server/src/core/ruleset/model.ts';

/** Tells by which answers rules are there, with questions by their numbers in the order in which they are met. */
export function presences(): (bound: BoundRule | undefined) => string | undefined {
  const numbers = new Map<string, number>();
  return (bound) => bound?.presence?.map(({ question, holds }) => {
    if (!numbers.has(question)) numbers.set(question, numbers.size);
    return `${holds ? '' : '!'}${numbers.get(question)!}`;
  }).join(' ');
}
