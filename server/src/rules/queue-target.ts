import { NO_REPORTS, defineRule } from './rule.ts';
import { replace } from './support/edits.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'queue-target',
  severity: 'warning',
  docs: page({
    what: 'Finds the verdict `-j QUEUE`.',
    why: 'iptables-nft asks the kernel for a target of that name, and there is none ("No such file or directory"). '
      + 'iptables-legacy still takes it and sends packets to queue 0, which `-j NFQUEUE` does with both.',
    example: ['-A INPUT -p tcp --dport 80 -j QUEUE'],
    instead: ['-A INPUT -p tcp --dport 80 -j NFQUEUE'],
    fixes: 'Safe: both mean queue 0.',
  }),
  checkLine({ line, bound }) {
    const target = bound?.target;
    if (target?.kind !== 'verdict' || target.verdict !== 'QUEUE' || bound!.skipped) return NO_REPORTS;
    return [{
      line, span: target.span, message: 'iptables-nft refuses `-j QUEUE`, iptables-legacy takes it; `-j NFQUEUE` queues to number 0 with both.',
      fixes: [{ title: 'Write NFQUEUE', safe: true, edits: [replace(line, target.nameSpan, 'NFQUEUE')] }],
    }];
  },
});
