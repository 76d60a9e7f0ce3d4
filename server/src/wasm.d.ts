/** Web bundles carry WebAssembly as bytes; see `loader` in scripts/build.mjs. */
declare module '*.wasm' {
  const bytes: Uint8Array;
  export default bytes;
}
