import { nearest } from '../core/values/spelling.ts';
import { RULES } from '../rules/rules.generated.ts';
import { UsageError, readArguments, type Subcommand } from './command.ts';

export const explain: Subcommand = {
  name: 'explain',
  usage: 'explain CODE',
  summary: 'Print what a diagnostic means, why it matters and what to write instead.',
  run(args) {
    const { positionals: [code] } = readArguments(args, { allowPositionals: true, options: {} });
    if (code === undefined) throw new UsageError(`name a diagnostic: ${RULES.map((rule) => rule.code).join(', ')}`);
    const rule = RULES.find((each) => each.code === code);
    if (rule === undefined) {
      const [best] = nearest(code, RULES.map((each) => each.code));
      throw new UsageError(`there is no diagnostic \`${code}\`${best === undefined ? '' : `; did you mean \`${best}\`?`}`);
    }
    process.stdout.write(`# ${rule.code} (${rule.severity})\n\n${rule.docs.trim()}\n`);
    return Promise.resolve(0);
  },
};
