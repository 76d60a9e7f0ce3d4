import type { Analysis } from '../../../core/analysis/analysis.ts';
import { stackOf, type Hook, type Policy } from '../../../core/netfilter.ts';
import type { BoundLine } from '../../../core/ruleset/bound-line.ts';
import { tableOfCommand } from '../../../core/ruleset/table-of-command.ts';
import type { Chain, Ruleset } from '../../../core/ruleset/model.ts';
import type { Line } from '../../../core/syntax/line.ts';
import type { AnalysedFile, FileInContext } from '../../rule.ts';

/**
 * The analyses of those rulesets of the file that are the whole firewall of what a host lets in: a part that is loaded
 * beside others, or a script that adds to whatever is there, says nothing about what is let in, and what stands in another
 * network namespace lets nobody into the host. Of a file with lines that iptables refuses it is what the others do whatever
 * those were meant to say.
 */
export const firewallsOf = (file: AnalysedFile): readonly Analysis[] => file.analyses.filter(({ ruleset }) => ruleset.namespace === undefined && tellsState(file, ruleset, 'INPUT'));

/** Whether iptables-restore refuses lines of the file, so that what they do to packets is open until they are mended. */
export function hasRefusedLines({ kind, refused }: AnalysedFile): boolean {
  return kind === 'ruleset' && [...refused].some(({ content }) => content.kind !== 'expectation');
}

/** Whether the file says what a built-in chain of filter holds: it sets its policy, or empties it first. */
export function tellsState(file: FileInContext, ruleset: Ruleset, hook: Hook): boolean {
  const chain = ruleset.tables.get('filter')?.chains.get(hook);
  return chain !== undefined && (setsPolicy(file, chain) || flushesOf(file, ruleset, hook).length > 0);
}

function setsPolicy(file: FileInContext, { declaration }: Chain): boolean {
  if (declaration === undefined) return false;
  const { content } = declaration;
  return content.kind === 'chain' ? /^(ACCEPT|DROP)$/u.test(content.policy?.text ?? '') : file.bound(declaration)?.command?.kind === 'policy';
}

/** The lines of commands that empty a chain of filter, with all others or alone. */
export function flushesOf(file: FileInContext, ruleset: Ruleset, chain: string): readonly Line[] {
  if (file.kind === 'ruleset') return [];
  return file.executed(stackOf(ruleset)).flatMap((each) => (empties(each, chain) ? [each.line] : []));
}

/** Whether the command takes all rules out of a chain of filter. */
export function empties({ bound }: BoundLine, chain: string): boolean {
  return bound?.command?.kind === 'flush' && bound.unresolved === undefined && tableOfCommand(bound) === 'filter' && (bound.command.chain ?? chain) === chain;
}

/** The policy that the command gives to a chain of filter; undefined where it does not set it. */
export function policySetBy({ bound }: BoundLine, chain: string): Policy | undefined {
  if (bound?.command?.kind !== 'policy' || bound.command.chain !== chain || bound.unresolved !== undefined || tableOfCommand(bound) !== 'filter') return undefined;
  const policy = bound.command.argument?.text;
  return policy === 'ACCEPT' || policy === 'DROP' ? policy : undefined;
}
