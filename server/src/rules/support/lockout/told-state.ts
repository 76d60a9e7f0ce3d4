import type { Analysis } from '../../../core/analysis/analysis.ts';
import type { Hook } from '../../../core/netfilter.ts';
import type { Chain, Ruleset } from '../../../core/ruleset/model.ts';
import type { Line } from '../../../core/syntax/line.ts';
import type { AnalysedFile, FileInContext } from '../../rule.ts';

/**
 * The analyses of those rulesets of the file that are the whole firewall of what a host lets in: a part that is loaded
 * beside others, or a script that adds to whatever is there, says nothing about what is let in.
 */
export const firewallsOf = (file: AnalysedFile): readonly Analysis[] => file.analyses.filter(({ ruleset }) => tellsState(file, ruleset, 'INPUT'));

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

/** The commands that empty a chain of filter, with all others or alone. */
export function flushesOf(file: FileInContext, { family }: Ruleset, chain: string): readonly Line[] {
  return (file.survey.get('command') ?? []).filter((line) => {
    const bound = file.bound(line);
    const { command } = bound!;
    return bound!.family === family && command?.kind === 'flush' && (bound!.table?.name ?? 'filter') === 'filter' && (command.chain ?? chain) === chain;
  });
}
