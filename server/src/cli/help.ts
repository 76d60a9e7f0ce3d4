import type { Subcommand } from './command.ts';

/** What each option of the subcommands means; those of the same name mean the same. */
const OPTIONS: ReadonlyMap<string, string> = new Map([
  ['--packet', 'the packet in notation, such as \'tcp 203.0.113.9:40000 -> 10.0.0.5:22 in=eth0\''],
  ['--jsonl', 'read a packet object from each line of standard input, and answer each with a line; all in one world'],
  ['--json', 'print the result as JSON'],
  ['--all-steps', 'also tell the rules that did not match, and why'],
  ['--format', 'how the result is printed; default text'],
  ['--severity', 'the least severity that makes the exit code 1; default error'],
  ['--check', 'change nothing: only name the files that are not formatted'],
  ['--family', 'read files as iptables (ipv4) or ip6tables (ipv6) does; default: by name and content'],
  ['--backend', 'as iptables-nft (the default) or iptables-legacy does'],
  ['--host', 'facts about the host: a JSON file; default: iptables-lens.json beside FILE'],
  ['--from', 'a ruleset that the kernel holds before; default: none, or the one that a script names'],
  ['--at', 'as after this line of a script; default: at its end'],
  ['--netns', 'the rules of this network namespace of a script; default: that of line --at, else the host\'s own'],
  ['FILE', 'a ruleset or a script; - is standard input'],
  ['ARGUMENT', 'what a script is run with'],
]);

/** How all subcommands are called. */
export function overview(subcommands: Iterable<Subcommand>): string {
  const rows = [...subcommands].map(({ usage, summary }) => `  iptables-lens ${usage}\n      ${summary}`);
  return `Usage:\n${rows.join('\n')}\n\n\`iptables-lens SUBCOMMAND --help\` explains the options; \`iptables-lens --version\` prints the version.\n`;
}

/** How one subcommand is called, and what its options mean. */
export function details({ usage, summary }: Subcommand): string {
  const rows = [...OPTIONS].filter(([name]) => new RegExp(`(?<![\\w-])${name}(?![\\w-])`, 'u').test(usage)).map(([name, meaning]) => `  ${name.padEnd(12)} ${meaning}`);
  return `Usage: iptables-lens ${usage}\n${summary}\n${rows.length === 0 ? '' : `\n${rows.join('\n')}\n`}`;
}
