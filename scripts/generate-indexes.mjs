// Writes the *.generated.ts indexes, so that a new match, target, diagnostic, LSP verb or command is a new file and
// touches nothing else. They are derived, hence not committed; every build, test and type check makes them first.
import { readFileSync, readdirSync, writeFileSync, existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const source = fileURLToPath(new URL('../server/src/', import.meta.url));
const HEADER = '// Made by scripts/generate-indexes.mjs from the files beside it; not to be edited.\n';

/** Names of the modules in `folder`, without extension, sorted. */
function modulesIn(folder, except = []) {
  return readdirSync(path.join(source, folder))
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.generated.ts'))
    .map((name) => name.slice(0, -3))
    .filter((name) => !except.includes(name))
    .sort();
}

/** An identifier for a module's default export: file names may hold dashes, and a match and a target may share a name. */
const identifier = (prefix, name) => `${prefix}_${name.replaceAll('-', '_')}`;

/** Import lines and an exported array of the default exports of `folder`'s modules. */
function list(constant, type, folder, from, prefix, except) {
  const modules = modulesIn(folder, except);
  return {
    imports: modules.map((name) => `import ${identifier(prefix, name)} from '${from}${name}.ts';`),
    array: `export const ${constant}: readonly ${type}[] = [\n${modules.map((name) => `  ${identifier(prefix, name)},`).join('\n')}\n];\n`,
  };
}

/** Writes only on a change, so that watchers and incremental builds stay quiet. */
function write(file, text) {
  const target = path.join(source, file);
  if (!existsSync(target) || readFileSync(target, 'utf8') !== text) writeFileSync(target, text);
}

function docsOf(kind) {
  const folder = path.join(source, 'core/extensions', kind);
  const entries = readdirSync(folder).filter((name) => name.endsWith('.md')).sort()
    .map((name) => `  ${JSON.stringify(name.slice(0, -3))}: ${JSON.stringify(readFileSync(path.join(folder, name), 'utf8'))},`);
  return `{\n${entries.join('\n')}\n}`;
}

const matches = list('MATCHES', 'MatchDefinition', 'core/extensions/match', './match/', 'match');
const targets = list('TARGETS', 'TargetDefinition', 'core/extensions/target', './target/', 'target');
write('core/extensions/catalogue.generated.ts', [
  HEADER,
  "import type { MatchDefinition, TargetDefinition } from './definition.ts';",
  ...matches.imports, ...targets.imports, '',
  matches.array, targets.array,
  '/** Markdown beside each extension, by file name. */',
  `export const MATCH_DOCS: Readonly<Record<string, string>> = ${docsOf('match')};\n`,
  `export const TARGET_DOCS: Readonly<Record<string, string>> = ${docsOf('target')};\n`,
].join('\n'));

const rules = list('RULES', 'Rule', 'rules', './', 'rule', ['rule', 'run']);
write('rules/rules.generated.ts', [HEADER, "import type { Rule } from './rule.ts';", ...rules.imports, '', rules.array].join('\n'));

const features = list('FEATURES', 'Feature', 'features', './', 'feature', ['feature', 'session']);
const commands = list('COMMANDS', 'Command', 'features/commands', './commands/', 'command');
write('features/features.generated.ts', [
  HEADER, "import type { Command, Feature } from './feature.ts';", ...features.imports, ...commands.imports, '', features.array, commands.array,
].join('\n'));
