import assert from 'node:assert/strict';
import type { Backend } from '../../server/src/core/engine/traversal.ts';
import type { Family } from '../../server/src/core/netfilter.ts';
import { caseFiles, type Case, type CaseFile } from '../support/cases.ts';
import { BACKENDS, runScripts } from '../support/programs.ts';
import { describeWithPrograms } from './namespace.ts';

describeWithPrograms('cases of the catalogue, as iptables itself answers', () => {
  for (const file of caseFiles()) it(file.file, () => checkFile(file));
});

async function checkFile(file: CaseFile): Promise<void> {
  const wrong = (await Promise.all(BACKENDS.map((backend) => wrongCases(file, backend)))).flat();
  assert.deepEqual(wrong, [], wrong.join('\n'));
}

async function wrongCases({ file, ipsets, cases }: CaseFile, backend: Backend): Promise<string[]> {
  const asked = cases.flatMap((each) => each.families.map((family) => ({ each, family, backend })));
  const answers = await runScripts(asked.map(script), ipsets);
  const wrong: string[] = [];
  for (const [index, { each, family }] of asked.entries()) {
    const taken = each.takenBy.includes(backend);
    const place = `${file}:${each.line} (${family}, ${backend}): ${each.rule}`;
    const { status, output } = answers[index]!;
    if (taken !== (status === 0)) wrong.push(`${place}\n  is ${status === 0 ? 'taken' : 'refused'}: ${output}`);
    else if (taken && !each.unloaded && each.saved !== undefined && output !== `-A ${each.chain} ${each.saved}`.trimEnd()) wrong.push(`${place}\n  prints ${output}`);
  }
  return wrong;
}

/** Loads one rule, prints it back as iptables-save does, and empties the table again. */
function script({ each, family, backend }: { each: Case; family: Family; backend: Backend }): string {
  const program = `${family === 'ipv6' ? 'ip6tables' : 'iptables'}-${backend}`;
  const declaration = each.chain === each.chain.toLowerCase() ? `:${each.chain} - [0:0]\n` : '';
  const restore = `${program}-restore${each.unloaded ? ' --test' : ''} <<'END OF RULESET'\n*${each.table}\n${declaration}-A ${each.chain} ${each.rule}\nCOMMIT\nEND OF RULESET`;
  if (each.unloaded) return restore;
  // What a load that succeeds says is a warning; only the rule as it is printed counts then.
  const shown = `said=$(${restore.replace('-restore', '-restore 2>&1')}\n)\nset -- $?\nif [ $1 -eq 0 ]; then ${program}-save -t ${each.table} 2>/dev/null | grep '^-A'; else printf '%s' "$said"; fi`;
  return `${shown}\n${program} -t ${each.table} -F\n${program} -t ${each.table} -X\n(exit $1)`;
}
