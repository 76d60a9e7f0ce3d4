import type { BoundRule } from '../core/ruleset/model.ts';
import { NO_REPORTS, defineRule } from './rule.ts';
import { executedProblems } from './support/executed-problems.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'self-editing-ruleset',
  severity: 'warning',
  docs: page({
    what: 'Finds `-R`, `-E`, `-Z` with a rule number, and `-F` without a chain, in a ruleset file.',
    why: 'They act on what the same file has made just before, as every table starts empty. iptables-nft-restore 1.8.9 crashes '
      + 'on `-R` and `-Z`, refuses `-E`, and lets `-F` without a chain leave all rules in place; iptables-legacy-restore does what '
      + 'they say. Write the rules as they shall be.',
    example: ['-A INPUT -i lo -j DROP', '-F', '-A INPUT -i lo -j ACCEPT'],
    instead: ['-A INPUT -i lo -j ACCEPT'],
  }),
  checkFile: (context) => executedProblems('self-editing-ruleset', context),
  checkLine({ line, bound, table, kind }) {
    if (kind !== 'ruleset' || table === undefined || line.content.kind !== 'rule' || bound?.command === undefined || bound.skipped) return NO_REPORTS;
    const message = consequence(bound.command);
    return message === undefined ? NO_REPORTS : [{ line, span: { start: bound.command.span.start, end: bound.command.span.end }, message }];
  },
});

/** What becomes of the command; undefined for any other. Seen in 1.8.9. */
function consequence({ kind, chain }: NonNullable<BoundRule['command']>): string | undefined {
  switch (kind) {
    case 'replace': return '`-R` replaces a rule of the same file: iptables-nft refuses the ruleset (iptables-nft-restore crashes), iptables-legacy takes it. Write the rule as it shall be.';
    case 'rename-chain': return '`-E` renames a chain of the same file: iptables-nft refuses this, iptables-legacy takes it. Declare the chain by its new name.';
    case 'flush': return chain !== undefined ? undefined
      : '`-F` without a chain leaves the rules of this file in place with iptables-nft-restore; iptables-legacy-restore deletes them. Name the chain.';
    default: return undefined;
  }
}
