import type { BoundRule } from '../core/ruleset/model.ts';
import { NO_REPORTS, defineRule, type Report } from './rule.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'self-editing-ruleset',
  severity: 'error',
  docs: page({
    what: 'Finds `-R`, `-E`, and `-F` without a chain, in a ruleset file.',
    why: 'They act on what the same file has made just before, as every table starts empty. iptables-nft-restore 1.8.9 crashes '
      + 'on `-R`, refuses `-E`, and lets `-F` without a chain leave all rules in place; iptables-legacy-restore does what '
      + 'they say. Write the rules as they shall be.',
    example: ['-A INPUT -i lo -j DROP', '-R INPUT 1 -i lo -j ACCEPT'],
    instead: ['-A INPUT -i lo -j ACCEPT'],
  }),
  checkLine({ line, bound, table, kind }) {
    if (kind !== 'ruleset' || table === undefined || line.content.kind !== 'rule' || bound?.command === undefined || bound.skipped) return NO_REPORTS;
    const said = consequence(bound.command);
    return said === undefined ? NO_REPORTS : [{ line, span: { start: bound.command.span.start, end: bound.command.span.end }, ...said }];
  },
});

/** What becomes of the command; undefined for any other. Seen in 1.8.9. */
function consequence({ kind, chain }: NonNullable<BoundRule['command']>): Pick<Report, 'severity' | 'message'> | undefined {
  switch (kind) {
    case 'replace': return { message: 'iptables-nft-restore crashes where `-R` replaces a rule of the same file; write the rule as it shall be.' };
    case 'rename-chain': return { message: 'iptables-nft-restore refuses to rename a chain of the same file; declare it by its new name.' };
    case 'flush': return chain !== undefined ? undefined
      : { severity: 'warning', message: '`-F` without a chain leaves the rules of this file in place with iptables-nft-restore; iptables-legacy-restore deletes them. Name the chain.' };
    default: return undefined;
  }
}
