import { partsOfStack, stackOf } from '../core/netfilter.ts';
import type { RulesetDocument } from '../core/ruleset/document.ts';
import type { Ruleset } from '../core/ruleset/model.ts';
import { isUfwChain } from '../core/ruleset/makers.ts';
import { refusalsOf } from '../core/ruleset/refusals.ts';
import { isPartOfUfw } from '../core/ruleset/ufw.ts';
import type { Line } from '../core/syntax/line.ts';
import { visible } from './visible.ts';

/** What of the file iptables would not do, a line each for standard error. */
export function refusedLines(file: string, document: RulesetDocument, ruleset: Ruleset): readonly string[] {
  const isPart = isPartOfUfw(ruleset);
  const leadsToUfw = (line: Line): boolean => {
    const target = document.boundRule(line)?.target;
    return target?.kind === 'chain' && isUfwChain(target.chain);
  };
  return refusalsOf(document, ruleset).filter(({ line }) => !(isPart && leadsToUfw(line))).map(({ line, message }) => visible(`${file}:${line.number + 1}: ${message}\n`));
}

/** Says on standard error where a script never comes to a command for the ruleset, and in which other network namespaces it works. */
export function reportIdle(file: string, document: RulesetDocument, ruleset: Ruleset): void {
  if (document.kind !== 'script') return;
  const { family, namespace } = ruleset;
  const place = namespace === undefined ? '' : ` in the network namespace ${namespace}`;
  if (document.linesOf(stackOf(ruleset)).length === 0) process.stderr.write(visible(`${file}: nothing here runs ${family === 'ipv4' ? 'iptables' : 'ip6tables'}${place}\n`));
  const others = document.stacks.map(partsOfStack).filter((each) => each.family === family && each.namespace !== undefined && each.namespace !== namespace);
  if (others.length > 0) process.stderr.write(visible(`${file}: this leaves out what it does in the network namespace${others.length === 1 ? '' : 's'} ${others.map((each) => each.namespace).join(', ')}; \`--netns NAME\` is for one of them\n`));
}
