import { strict as assert } from 'node:assert';
import { compile } from '../../../server/src/core/engine/compile/compile.ts';
import { simulate } from '../../../server/src/core/engine/simulate.ts';
import { Worlds } from '../../../server/src/core/engine/world.ts';
import { parsePacket } from '../../../server/src/core/notation/parse.ts';
import type { Finding } from '../../../server/src/rules/rule.ts';
import { Diagnostics } from '../../../server/src/rules/run.ts';
import { lockoutFiles, lockoutsIn, type Given } from '../../support/lockout-files.ts';
import { fixed, open } from './check.ts';

/** What a finding is about, apart from the example and what becomes of it. */
const subject = ({ code, severity, message }: Finding): string => `${severity} ${code} ${message.slice(0, message.lastIndexOf(': `'))}`;

const errors = (text: string, name: string): readonly string[] => new Diagnostics(open(text, name)).findings().filter(({ severity }) => severity === 'error').map(({ code, line }) => `${code}: ${line.text}`).sort();

function verdictOf({ text, name }: Given, { packet, packetAfter }: Finding): string {
  const document = open(text, name);
  const parsed = parsePacket(packet!, document.family);
  assert.ok(parsed.ok, packet);
  return simulate(compile(document.ruleset(parsed.packet.family, 'nft', packetAfter?.number)), new Worlds(), parsed.packet).verdict;
}

/** Asserts that what is said is so, and that each fix does away with it, brings out no other lockout and no error; how many fixes there were. */
function prove(given: Given): number {
  const { text, name } = given;
  let tried = 0;
  const found = lockoutsIn(given);
  for (const finding of found) {
    if (finding.packet !== undefined && !finding.message.includes('only at certain moments')) assert.notEqual(verdictOf(given, finding), 'ACCEPT', finding.message);
    for (const fix of finding.fixes ?? []) {
      tried++;
      const after = fixed(text, fix, name);
      const context = `${finding.line.number + 1}: ${finding.message}\n${fix.title}: ${JSON.stringify(fix.edits.map(({ line, newText }) => [line.number + 1, newText]))}`;
      const left = lockoutsIn({ text: after, name });
      assert.deepEqual(left.filter((each) => subject(each) === subject(finding)).map(({ message }) => message), [], context);
      // That something happens at certain moments only can't be told before it happens at all.
      assert.deepEqual(left.filter((each) => each.severity !== 'hint' && !found.some((known) => subject(known) === subject(each))).map(({ message }) => message), [], context);
      assert.deepEqual(errors(after, name), errors(text, name), context);
    }
  }
  return tried;
}

/** So many fixes at most mend all lockouts of one file. */
const MOST_FIXES = 8;

/** Asserts that fixes, made one after another as they are offered, leave no lockout; one may bring out the next. */
function mend({ text, name }: Given): void {
  let mended = text;
  const made: string[] = [];
  for (;;) {
    const found = lockoutsIn({ text: mended, name });
    const fixable = found.find(({ fixes = [] }) => fixes.length > 0);
    const told = found.map(({ line, message }) => `${line.number + 1}: ${message}`);
    if (fixable === undefined) {
      assert.deepEqual(found.filter(({ severity }) => severity !== 'hint').map(subject), [], [...made, ...told].join('\n'));
      return;
    }
    assert.ok(made.length < MOST_FIXES, [...made, ...told].join('\n'));
    made.push(`${fixable.line.number + 1}: ${fixable.message}`);
    mended = fixed(mended, fixable.fixes![0]!, name);
  }
}

/** Every so many files are mended for good; the rest tells nothing new. */
const STRIDE = 8;

describe('lockouts in files that others have written, damaged or not', () => {
  const files = lockoutFiles();
  if (files.length === 0) it.skip('need ../shared/corpus and ../shared/gen_ruleset.py');
  let tried = 0;

  for (const given of files) it(given.title, () => { tried += prove(given); });

  for (const given of files.filter((_, index) => index % STRIDE === 0)) it(`${given.title}, mended fix by fix`, () => { mend(given); });

  after(() => { if (files.length > 0) assert.ok(tried > 100, `${tried} fixes`); });
});
