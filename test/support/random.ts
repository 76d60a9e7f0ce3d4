import fc from 'fast-check';

/** Seed of every random test of this run: always the same, unless FUZZ_SEED sets another or asks for a new one by `FUZZ_SEED=new`. */
export const SEED = process.env.FUZZ_SEED === 'new' ? Date.now() % 2 ** 31 : Number(process.env.FUZZ_SEED ?? 1);

fc.configureGlobal({ seed: SEED });

/** Mocha requires some files and imports others, and each way has a copy of fast-check of its own. */
export const mochaHooks = {
  async beforeAll(): Promise<void> {
    const imported = await import('fast-check');
    imported.configureGlobal({ seed: SEED });
  },
};

console.log(`random tests run with FUZZ_SEED=${SEED}`);
