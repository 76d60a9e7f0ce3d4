import { readFileSync, writeFileSync } from 'node:fs';
import type { RulesetDocument } from '../core/ruleset/document.ts';
import { formatLine } from '../core/ruleset/format.ts';
import { Opener, STANDARD_INPUT, UsageError, familyOption, readArguments, someFiles, type Subcommand } from './command.ts';

export const formatCommand: Subcommand = {
  name: 'format',
  usage: 'format [--check] [--family ipv4|ipv6] FILE…',
  summary: 'Rewrite the rules of ruleset files as iptables-save spells them, without changing what they mean, and name the files; what comes from standard input is printed. '
    + 'With --check only name them, exit 1 when there are any.',
  async run(args) {
    const { values, positionals } = readArguments(args, { allowPositionals: true, options: { check: { type: 'boolean' }, family: { type: 'string' } } });
    const opener = await Opener.create(familyOption(values.family));
    const changed = someFiles(positionals).filter((file) => {
      const document = opener.open(file);
      const text = formatted(document);
      if (file === STANDARD_INPUT && values.check !== true) {
        process.stdout.write(text);
        return false;
      }
      if (text === document.getText()) return false;
      if (values.check !== true) rewrite(file, document.getText(), text);
      return true;
    });
    process.stdout.write(changed.map((file) => `${file}\n`).join(''));
    return values.check === true && changed.length > 0 ? 1 : 0;
  },
};

const formatted = (document: RulesetDocument): string => document.lines.map((line) => `${formatLine(document, line) ?? line.text}${line.eol}`).join('');

function rewrite(file: string, before: string, after: string): void {
  if (!readFileSync(file).equals(Buffer.from(before, 'utf8'))) throw new UsageError(`${file} is not UTF-8, and is left as it is`);
  writeFileSync(file, after);
}
