import { runExpectations } from '../core/expectations/expectations.ts';
import { programOf } from '../features/support/simulation.ts';
import { Opener, atOption, familyOption, hostFacts, oneOf, readScriptArguments, someFiles, type Subcommand } from './command.ts';
import { toJunit } from './junit.ts';
import { nameOf, type TestResult } from './test-result.ts';
import { visible } from './visible.ts';

export const testCommand: Subcommand = {
  name: 'test',
  usage: 'test [--host FILE] [--family ipv4|ipv6] [--format text|tap|junit] [--from FILE] [--at LINE] FILE… [-- ARGUMENT…]',
  summary: 'Run the expectations in rulesets; exit 1 when one fails or can\'t be decided.',
  async run(args) {
    const { values, positionals, run } = readScriptArguments(args, {
      allowPositionals: true, options: { format: { type: 'string' }, family: { type: 'string' }, host: { type: 'string' }, from: { type: 'string' }, at: { type: 'string' } },
    });
    const format = oneOf('format', values.format, ['text', 'tap', 'junit']);
    const opener = await Opener.create(familyOption(values.family), run);
    const files = someFiles(positionals);
    const results = files.flatMap((file): TestResult[] => {
      const { document, at } = atOption(file, values.at, opener.openToRun(file, values.from));
      const host = hostFacts(values.host, file);
      const found = runExpectations(document.lines, { family: document.family, program: (family) => programOf(document, family, at), ruleset: (family) => document.ruleset(family), host });
      if (found.length === 0) process.stderr.write(visible(`${file}: there is no expectation in it, such as \`# expect DROP: tcp any -> any:23\`\n`));
      return found.map((result) => ({ ...result, file }));
    });
    process.stdout.write(format === 'text' ? toText(results, files.length) : { tap: toTap, junit: toJunit }[format](results));
    return results.every(({ status }) => status === 'pass') ? 0 : 1;
  },
};

function toText(results: readonly TestResult[], files: number): string {
  const failing = results.filter(({ status }) => status !== 'pass');
  const lines = failing.map(({ file, line, status, message }) => `${file}:${line.number + 1}: ${status}: ${line.text.trim()}\n    ${message}\n`);
  return `${visible(lines.join(''))}${results.length - failing.length} of ${results.length} expectations hold in ${files} ${files === 1 ? 'file' : 'files'}\n`;
}

/** Test Anything Protocol, version 14. */
function toTap(results: readonly TestResult[]): string {
  const lines = results.map((result, index) => {
    const { file, line, status, message } = result;
    const title = `${status === 'pass' ? 'ok' : 'not ok'} ${index + 1} - ${file}:${line.number + 1} ${nameOf(result).replace(/[#\\]/gu, '\\$&')}`;
    return status === 'pass' ? title : `${title}\n  ---\n  status: ${status}\n  message: ${JSON.stringify(message)}\n  ...`;
  });
  return `TAP version 14\n1..${results.length}\n${visible(lines.join('\n'))}${lines.length > 0 ? '\n' : ''}`;
}
