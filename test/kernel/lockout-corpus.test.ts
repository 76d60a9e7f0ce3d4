import assert from 'node:assert/strict';
import type { Family } from '../../server/src/core/netfilter.ts';
import { lockoutFiles, lockoutsIn } from '../support/lockout-files.ts';
import { askPrograms, BACKENDS, type Question } from '../support/programs.ts';
import { fixed } from '../unit/rules/check.ts';
import { describeWithPrograms } from './namespace.ts';

interface Mended {
  readonly title: string;
  readonly family: Family;
  readonly before: string;
  readonly after: string;
}

/** Every ruleset of the others' files with a lockout, before and after each fix. */
function mended(): readonly Mended[] {
  return lockoutFiles().filter(({ name }) => !name.endsWith('.sh')).flatMap(({ title, name, text }) => {
    const family = name.endsWith('.v6') ? 'ipv6' : 'ipv4';
    return lockoutsIn({ name, text }).flatMap(({ message, fixes = [] }) => fixes.map((fix): Mended => ({ title: `${title}: ${message}: ${fix.title}`, family, before: text, after: fixed(text, fix, name) })));
  });
}

describeWithPrograms('rulesets of others after the fixes of their lockouts', () => {
  for (const backend of BACKENDS) {
    it(`are taken by iptables-${backend}-restore where they were before`, async function () {
      this.timeout(600_000);
      const all = mended();
      if (all.length === 0) this.skip();
      const asking = (text: (each: Mended) => string): Promise<readonly boolean[]> => askPrograms(all.map((each): Question => ({ family: each.family, backend, ruleset: text(each) }))).then((replies) => replies.map(({ status }) => status === 0));
      const [before, after] = [await asking((each) => each.before), await asking((each) => each.after)];
      assert.ok(before.filter(Boolean).length > 30, `${before.filter(Boolean).length} taken`);
      assert.deepEqual(all.filter((_, index) => before[index]! && !after[index]!).map(({ title }) => title), []);
    });
  }
});
