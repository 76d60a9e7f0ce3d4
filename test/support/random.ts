import fc from 'fast-check';

/** Seed of every random test of this run: always the same, unless FUZZ_SEED sets another or asks for a new one by `FUZZ_SEED=new`. */
export const SEED = process.env.FUZZ_SEED === 'new' ? Date.now() % 2 ** 31 : Number(process.env.FUZZ_SEED ?? 1);

// Each file of tests gets it, since mocha loads this file first.
fc.configureGlobal({ seed: SEED });
console.log(`random tests run with FUZZ_SEED=${SEED}`);
