// The entry that an extension host calls, in node and in a web worker alike; bundle.mjs makes one file of it for each.
import 'mocha/mocha.js';

/** Runs the suite; rejects when a test failed. */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', reporter: 'spec', timeout: 60_000, color: false });
  mocha.suite.emit('pre-require', globalThis, null, mocha);
  await import('./languages.test.ts');
  await import('./editing.test.ts');
  await import('./simulation.test.ts');
  await import('./expectations.test.ts');
  await import('./resulting-ruleset.test.ts');
  const failures = await new Promise<number>((resolve) => mocha.run(resolve));
  if (failures > 0) throw new Error(`${failures} of the tests failed`);
}
