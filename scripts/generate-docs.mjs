// Writes docs/rules/ from the documentation inside each diagnostic's own file, or, with --check, says which pages are
// stale and exits with 1. Pages of diagnostics that are gone are removed.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { register } from 'tsx/esm/api';

register();
const { RULES } = await import('../server/src/rules/rules.generated.ts');
const { pagesOf } = await import('../server/src/rules/support/pages.ts');

const folder = fileURLToPath(new URL('../docs/rules/', import.meta.url));
const pages = pagesOf(RULES);
const stale = [
  ...[...pages].filter(([name, text]) => !existsSync(path.join(folder, name)) || readFileSync(path.join(folder, name), 'utf8') !== text).map(([name]) => name),
  ...(existsSync(folder) ? readdirSync(folder) : []).filter((name) => !pages.has(name)),
];

if (process.argv.includes('--check')) {
  for (const name of stale) console.error(`docs/rules/${name} is stale; run: npm run docs`);
  process.exit(stale.length === 0 ? 0 : 1);
}
mkdirSync(folder, { recursive: true });
for (const name of stale) {
  const text = pages.get(name);
  if (text === undefined) rmSync(path.join(folder, name));
  else writeFileSync(path.join(folder, name), text);
}
