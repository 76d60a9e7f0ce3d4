import type { ExtensionUse, SharedObject } from '../core/extensions/definition.ts';
import type { BoundRule, Ruleset } from '../core/ruleset/model.ts';
import { defineRule, type Report } from './rule.ts';
import { page } from './support/page.ts';
import { usesIn } from './support/uses-in.ts';

export default defineRule({
  code: 'conflicting-uses',
  severity: 'error',
  docs: page({
    what: 'Finds rules that share something of the kernel by its name and want it in two ways: a `hashlimit` table with and '
      + 'without `--hashlimit-rate-match`, an `IDLETIMER` label with and without `--alarm`.',
    why: 'The first rule settles what the thing is like. The kernel refuses the other one, and with it the whole ruleset.',
    example: [
      '-A INPUT -m hashlimit --hashlimit-name web --hashlimit-above 9/sec --hashlimit-rate-match -j DROP',
      '-A INPUT -m hashlimit --hashlimit-name web --hashlimit-upto 99/sec -j ACCEPT',
    ],
    instead: [
      '-A INPUT -m hashlimit --hashlimit-name web --hashlimit-above 9/sec --hashlimit-rate-match -j DROP',
      '-A INPUT -m hashlimit --hashlimit-name web2 --hashlimit-upto 99/sec -j ACCEPT',
    ],
  }),
  *checkFile({ rulesets }) {
    for (const ruleset of rulesets) yield* conflictsIn(ruleset);
  },
});

interface Sharing extends SharedObject {
  readonly bound: BoundRule;
  readonly use: ExtensionUse;
}

function* conflictsIn(ruleset: Ruleset): Iterable<Report> {
  const first = new Map<string, Sharing>();
  for (const { bound, use } of usesIn(ruleset)) {
    const object = bound.broken ? undefined : use.definition.shared?.(use);
    if (object === undefined) continue;
    const key = `${object.what} ${object.name}`;
    const before = first.get(key);
    if (before === undefined) first.set(key, { ...object, bound, use });
    else if (before.way !== object.way) yield conflict(before, { ...object, bound, use });
  }
}

function conflict(before: Sharing, { what, name, way, bound, use }: Sharing): Report {
  return {
    line: bound.line, span: use.span, message: `The ${what} \`${name}\` is used ${way} here and ${before.way} by a rule before, which the kernel refuses; give it another name.`,
    related: [{ line: before.bound.line, span: before.use.span, message: `\`${name}\` is first used here` }],
  };
}
