import assert from 'node:assert/strict';
import type { Backend, Family } from '../../server/src/core/netfilter.ts';
import { formatLine } from '../../server/src/core/ruleset/format.ts';
import { caseFiles, type Case, type CaseFile } from '../support/cases.ts';
import { openDocument } from '../support/document.ts';
import { BACKENDS } from '../support/programs.ts';
import { askShell, describeWithPrograms, programOf, quoted } from './namespace.ts';

async function formatted(ruleset: string, family: Family): Promise<string> {
  const document = await openDocument(ruleset, family === 'ipv6' ? 'rules.v6' : 'rules.v4');
  document.setFamily(family);
  return document.lines.map((line) => `${formatLine(document, line) ?? line.text}${line.eol}`).join('');
}

/** Rules that share something by name, so that they can't be loaded together. */
const SHARING: ReadonlySet<string> = new Set(['hashlimit', 'IDLETIMER', 'recent', 'rateest', 'RATEEST']);

function rulesetOf(table: string, cases: readonly Case[]): string {
  const chains = [...new Set(cases.map(({ chain }) => chain))].filter((chain) => chain === chain.toLowerCase());
  return [`*${table}`, ...chains.map((chain) => `:${chain} - [0:0]`), ...cases.map(({ chain, rule }) => `-A ${chain} ${rule}`), 'COMMIT', ''].join('\n');
}

/** Rulesets with the rules of a file that the program takes, those of a table together where they can be. */
function rulesetsOf({ cases, definition }: CaseFile, family: Family, backend: Backend): string[] {
  const loaded = cases.filter((each) => !each.unloaded && each.takenBy.includes(backend) && each.families.includes(family));
  if (SHARING.has(definition.name)) return loaded.map((each) => rulesetOf(each.table, [each]));
  return [...new Set(loaded.map(({ table }) => table))].map((table) => rulesetOf(table, loaded.filter((each) => each.table === table)));
}

/** The rules that the kernel has after each ruleset was loaded into a kernel of its own. */
function load(rulesets: readonly string[], ipsets: readonly string[], program: string): string[] {
  const sets = ipsets.map((command) => `ipset ${command}`).join('; ');
  const scripts = rulesets.map((ruleset) => `${sets === '' ? '' : `${sets}; `}printf '%s' ${quoted(ruleset)} | ${program}-restore && ${program}-save | grep '^-A'; printf '\\0'`);
  return askShell(scripts.map((script) => `unshare -n sh -c ${quoted(script)}`));
}

describeWithPrograms('a formatted ruleset', () => {
  for (const backend of BACKENDS) {
    for (const family of ['ipv4', 'ipv6'] as const) {
      it(`is loaded as the one before (${family}, ${backend})`, async () => {
        for (const file of caseFiles()) {
          const before = rulesetsOf(file, family, backend);
          const after = await Promise.all(before.map((ruleset) => formatted(ruleset, family)));
          const changed = before.map((_, index) => index).filter((index) => before[index] !== after[index]);
          if (changed.length === 0) continue;
          const [old, now] = [before, after].map((rulesets) => load(changed.map((index) => rulesets[index]!), file.ipsets, programOf(family, backend)));
          assert.deepEqual(now, old, file.file);
          assert.deepEqual(changed.filter((_, place) => old![place] === '').map((index) => before[index]), [], `${file.file} is loaded`);
        }
      });
    }
  }
});
