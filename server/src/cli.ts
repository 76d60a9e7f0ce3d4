import { check } from './cli/check.ts';
import { compileCommand } from './cli/compile.ts';
import { explain } from './cli/explain.ts';
import { formatCommand } from './cli/format.ts';
import { simulateCommand } from './cli/simulate.ts';
import { testCommand } from './cli/test.ts';
import { UsageError, type Subcommand } from './cli/command.ts';
import { details, overview } from './cli/help.ts';
import { version } from './cli/version.ts';
import { visible } from './cli/visible.ts';

const SUBCOMMANDS: ReadonlyMap<string, Subcommand> = new Map([check, simulateCommand, testCommand, compileCommand, formatCommand, explain].map((each) => [each.name, each]));

const EXIT_UNUSABLE = 2;

/** Runs one subcommand; answers the exit code of DESIGN's contract: 0 clean, 1 findings or failures, 2 unusable input. */
async function main([name, ...args]: readonly string[]): Promise<number> {
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(overview(SUBCOMMANDS.values()));
    return name === undefined ? EXIT_UNUSABLE : 0;
  }
  if (name === '--version' || name === '-V') {
    process.stdout.write(`iptables-lens ${version()}\n`);
    return 0;
  }
  const subcommand = SUBCOMMANDS.get(name);
  if (subcommand === undefined) {
    process.stderr.write(`iptables-lens: there is no subcommand \`${name}\`; there are ${[...SUBCOMMANDS.keys()].join(', ')}\n`);
    return EXIT_UNUSABLE;
  }
  if (args.includes('--help') || args.includes('-h')) {
    process.stdout.write(details(subcommand));
    return 0;
  }
  try {
    return await subcommand.run(args);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(visible(`iptables-lens ${name}: ${error.message}\n`));
    return EXIT_UNUSABLE;
  }
}

// A reader that closes its end early (`… | head`) is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

void main(process.argv.slice(2)).then((code) => { process.exitCode = code; });
