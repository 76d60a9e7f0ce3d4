import assert from 'node:assert/strict';
import type { Backend, Family } from '../../server/src/core/netfilter.ts';
import { caseFiles, type Case, type CaseFile } from '../support/cases.ts';
import { BACKENDS, askShell, describeWithPrograms, programOf, quoted } from './namespace.ts';

describeWithPrograms('cases of the catalogue, as iptables itself answers', () => {
  for (const file of caseFiles()) it(file.file, () => { checkFile(file); });
});

function checkFile({ file, ipsets, cases }: CaseFile): void {
  const asked = cases.flatMap((each) => each.families.flatMap((family) => BACKENDS.map((backend) => ({ each, family, backend }))));
  const answers = ask(asked.map(script), ipsets);
  const wrong: string[] = [];
  for (const [index, { each, family, backend }] of asked.entries()) {
    const taken = each.takenBy.includes(backend);
    const place = `${file}:${each.line} (${family}, ${backend}): ${each.rule}`;
    const { status, output } = answers[index]!;
    if (taken !== (status === 0)) wrong.push(`${place}\n  is ${status === 0 ? 'taken' : 'refused'}: ${output}`);
    else if (taken && !each.unloaded && each.saved !== undefined && output !== `-A ${each.chain} ${each.saved}`.trimEnd()) wrong.push(`${place}\n  prints ${output}`);
  }
  assert.deepEqual(wrong, [], wrong.join('\n'));
}

/** Loads one rule, prints it back as iptables-save does, and empties the table again. */
function script({ each, family, backend }: { each: Case; family: Family; backend: Backend }): string {
  const program = programOf(family, backend);
  const declaration = each.chain === each.chain.toLowerCase() ? `:${each.chain} - [0:0]\n` : '';
  const input = `printf '%s' ${quoted(`*${each.table}\n${declaration}-A ${each.chain} ${each.rule}\nCOMMIT\n`)}`;
  if (each.unloaded) return `${input} | ${program}-restore --test >"$scratch" 2>&1 && printf 0 || printf 1; cat "$scratch"; printf '\\0'\n`;
  return `${input} | ${program}-restore >"$scratch" 2>&1 `
    + `&& { ${program}-save -t ${each.table} | grep '^-A' >"$scratch"; printf 0; } || printf 1; cat "$scratch"; printf '\\0'; `
    + `${program} -t ${each.table} -F; ${program} -t ${each.table} -X\n`;
}

function ask(scripts: readonly string[], ipsets: readonly string[]): { status: number; output: string }[] {
  const answers = askShell([...ipsets.map((command) => `ipset ${command}`), ...scripts]).map((answer) => ({ status: Number(answer[0]), output: answer.slice(1).trim() }));
  assert.equal(answers.length, scripts.length);
  return answers;
}
