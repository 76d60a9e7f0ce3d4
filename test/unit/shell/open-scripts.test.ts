import fc from 'fast-check';
import { answers, holds, Shells } from './open-runs.ts';
import { openScripts } from './open-scripts.ts';
import { hasShell } from './run.ts';

describe('scripts with much that nobody knows', () => {
  for (const shell of ['bash', 'dash'] as const) {
    it(`run no more and no less than is said of them, in ${shell}`, function () {
      if (!hasShell(shell) || !hasShell('dash')) {
        console.log(`      skipped: there is no ${shell}`);
        this.skip();
      }
      const shells = new Shells();
      try {
        fc.assert(fc.property(openScripts(shell === 'bash'), fc.array(answers, { minLength: 4, maxLength: 4 }), (script, all) => { holds(shells, shell, script, all); }), { numRuns: Number(process.env['REAL_SHELL_SCRIPTS'] ?? 50) });
      } finally {
        shells.remove();
      }
    }).timeout(600_000);
  }
});
