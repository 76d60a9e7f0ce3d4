import { stackOf } from '../core/netfilter.ts';
import { demandNotes } from '../core/ruleset/demands.ts';
import { saveRuleset } from '../core/ruleset/save.ts';
import { Opener, UsageError, atOption, familyOption, netnsOption, oneOf, readScriptArguments, type Subcommand } from './command.ts';
import { refusedLines, reportIdle } from './refused.ts';

export const compileCommand: Subcommand = {
  name: 'compile',
  usage: 'compile [--family ipv4|ipv6] [--backend nft|legacy] [--from FILE] [--at LINE] [--netns NAME] FILE [-- ARGUMENT…]',
  summary: 'Print the ruleset that a script or ruleset file leaves behind, as iptables-save does; exit 1 when a command fails.',
  async run(args) {
    const { values, positionals, run } = readScriptArguments(args, {
      allowPositionals: true,
      options: { family: { type: 'string' }, backend: { type: 'string' }, from: { type: 'string' }, at: { type: 'string' }, netns: { type: 'string' } },
    });
    const [file] = positionals;
    if (file === undefined || positionals.length > 1) throw new UsageError('name one script or ruleset file');
    const { document, at } = atOption(file, values.at, (await Opener.create(familyOption(values.family), run)).openToRun(file, values.from));
    const backend = oneOf('backend', values.backend, ['nft', 'legacy']);
    const ruleset = document.ruleset(stackOf({ family: document.family, namespace: netnsOption(values.netns, document) }), backend, at);
    process.stdout.write([...demandNotes(document), ...saveRuleset(ruleset, backend)].map(({ text }) => `${text}\n`).join(''));
    reportIdle(file, document, ruleset);
    const refused = refusedLines(file, document, ruleset);
    process.stderr.write(refused.join(''));
    return refused.length === 0 ? 0 : 1;
  },
};
