import type { ExtensionUse } from '../core/extensions/definition.ts';
import { ofTraits } from '../core/ruleset/traits.ts';
import { NO_REPORTS, defineRule, type Fix, type Report } from './rule.ts';
import { replace } from './support/edits.ts';
import type { Line } from '../core/syntax/line.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'state-match',
  severity: 'hint',
  docs: page({
    what: 'Points at `-m state`, the old spelling of `-m conntrack --ctstate`.',
    why: 'The kernel has one match for both. `conntrack` knows more states and everything else about the connection, and '
      + 'is what documentation and other rulesets speak of.',
    example: ['-A INPUT -m state --state RELATED,ESTABLISHED -j ACCEPT'],
    instead: ['-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT'],
    fixes: 'Safe: the states are the same.',
  }),
  checkLine({ line, bound }) {
    if (bound === undefined || bound.skipped || !usesState(bound)) return NO_REPORTS;
    return bound.matches.filter(isOld).map((use): Report => ({
      line, span: use.span, tag: 'deprecated', fixes: [fix(use, line)],
      message: '`-m state` is the old spelling of `-m conntrack`; write `-m conntrack --ctstate`.',
    }));
  },
});

const usesState = ofTraits(({ extensions }) => extensions.some(({ name, kind }) => kind === 'match' && name === 'state'));

const isOld = ({ definition, options }: ExtensionUse): boolean => definition.name === 'state' && options.length > 0;

function fix({ span, options }: ExtensionUse, line: Line): Fix {
  return {
    title: 'Write -m conntrack --ctstate', safe: true,
    edits: [replace(line, span, '-m conntrack'), ...options.map(({ nameSpan }) => replace(line, nameSpan, '--ctstate'))],
  };
}
