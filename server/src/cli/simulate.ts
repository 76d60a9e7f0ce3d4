import { compile } from '../core/engine/compile/compile.ts';
import type { HostFacts } from '../core/engine/host.ts';
import type { Packet } from '../core/engine/packet.ts';
import type { Program } from '../core/engine/program.ts';
import { simulate } from '../core/engine/simulate.ts';
import type { Backend } from '../core/engine/traversal.ts';
import { Worlds } from '../core/engine/world.ts';
import { FAMILY_NAMES, stackOf, type Family } from '../core/netfilter.ts';
import { resultToJson } from '../core/notation/json.ts';
import { parsePacket } from '../core/notation/parse.ts';
import { packetFromJson } from '../core/notation/read-json.ts';
import type { RulesetDocument } from '../core/ruleset/document.ts';
import { isPartOfUfw } from '../core/ruleset/ufw.ts';
import { Opener, STANDARD_INPUT, UsageError, atOption, familyOption, hostFacts, netnsOption, oneOf, readScriptArguments, type Subcommand } from './command.ts';
import { refusedLines, reportIdle } from './refused.ts';
import { traceText } from './trace.ts';
import { visible } from './visible.ts';

export const simulateCommand: Subcommand = {
  name: 'simulate',
  usage: "simulate [--json] [--all-steps] [--host FILE] [--family ipv4|ipv6] [--backend nft|legacy] [--from FILE] [--at LINE] [--netns NAME] (--packet 'NOTATION' | --jsonl) FILE [-- ARGUMENT…]",
  summary: 'Send a packet, or packet objects from standard input, through a ruleset and print what becomes of it.',
  async run(args) {
    const { values, positionals, run } = readScriptArguments(args, {
      allowPositionals: true,
      options: {
        json: { type: 'boolean' }, jsonl: { type: 'boolean' }, 'all-steps': { type: 'boolean' }, packet: { type: 'string' },
        host: { type: 'string' }, family: { type: 'string' }, backend: { type: 'string' },
        from: { type: 'string' }, at: { type: 'string' }, netns: { type: 'string' },
      },
    });
    const [file] = positionals;
    if (file === undefined || positionals.length > 1) throw new UsageError('name one ruleset file');
    if ((values.packet === undefined) === (values.jsonl !== true)) throw new UsageError("give either --packet 'NOTATION' or --jsonl");
    if (file === STANDARD_INPUT && values.jsonl === true) throw new UsageError('with --jsonl the packets come from standard input; name a file for the ruleset');
    const { document, at } = atOption(file, values.at, (await Opener.create(familyOption(values.family), run)).openToRun(file, values.from));
    const simulator = new Simulator(file, document, {
      host: hostFacts(values.host, file), backend: oneOf('backend', values.backend, ['nft', 'legacy']), at, namespace: netnsOption(values.netns, document), allSteps: values['all-steps'] === true,
    });
    return values.packet === undefined ? simulateLines(simulator) : simulateOne(simulator, values.packet, values.json === true);
  },
};

interface SimulatorOptions {
  readonly host: HostFacts;
  readonly backend: Backend;
  /** A physical line of a script, after which its ruleset is asked for. */
  readonly at: number | undefined;
  /** The network namespace of a script whose rules are meant; undefined: that in which line `at` works, else the script's own. */
  readonly namespace: string | undefined;
  readonly allSteps: boolean;
}

/** Most refused lines that are spelled out. */
const REFUSED_SHOWN = 5;

/** A document's rulesets ready to run, with one world for each family. */
class Simulator {
  private readonly file: string;
  readonly document: RulesetDocument;
  private readonly options: SimulatorOptions;
  private readonly programs = new Map<Family, Program>();
  private readonly worlds = new Map<Family, Worlds>();

  constructor(file: string, document: RulesetDocument, options: SimulatorOptions) {
    this.file = file;
    this.document = document;
    this.options = options;
  }

  /** Seconds on the clock of the family's world, which never goes back. */
  now(family: Family): number {
    return this.worlds.get(family)?.now ?? 0;
  }

  send(packet: Packet): ReturnType<typeof simulate> {
    const { family } = packet;
    const { host, allSteps } = this.options;
    const worlds = this.worlds.get(family) ?? new Worlds();
    this.worlds.set(family, worlds);
    return simulate(this.program(family), worlds, packet, { host, trace: allSteps ? 'all' : 'matched' });
  }

  /** The family's rules ready to run; what of them iptables would not take is said once. */
  private program(family: Family): Program {
    const known = this.programs.get(family);
    if (known !== undefined) return known;
    const { file, document, options: { backend, at, namespace } } = this;
    const ruleset = document.ruleset(stackOf({ family, namespace }), backend, at);
    const refused = refusedLines(file, document, ruleset);
    process.stderr.write(refused.slice(0, REFUSED_SHOWN).join(''));
    if (refused.length > REFUSED_SHOWN) process.stderr.write(`${file}: iptables would refuse ${refused.length - REFUSED_SHOWN} more lines; \`iptables-lens check\` shows all\n`);
    if (document.kind === 'ruleset' && family !== document.family) process.stderr.write(`${file}: this is a ruleset for ${FAMILY_NAMES[document.family]}, which an ${FAMILY_NAMES[family]} packet never meets\n`);
    if (isPartOfUfw(ruleset)) process.stderr.write(`${file}: ufw loads this beside rules of its own, which lead to these chains and are not here; \`iptables-save\` prints all of them\n`);
    reportIdle(file, document, ruleset);
    const program = compile(ruleset, { backend });
    this.programs.set(family, program);
    return program;
  }

  reset(): void {
    this.worlds.clear();
  }
}

function simulateOne(simulator: Simulator, notation: string, json: boolean): number {
  const parsed = parsePacket(notation, simulator.document.family);
  if (!parsed.ok) throw new UsageError(`--packet: ${parsed.error.message}\n  ${notation}\n  ${' '.repeat(parsed.error.offset)}^`);
  const result = simulator.send(parsed.packet);
  process.stdout.write(json ? `${JSON.stringify(resultToJson(result), undefined, 2)}\n` : visible(traceText(result, parsed.packet)));
  return 0;
}

/**
 * One packet object a line in, one result object a line out; a line that can't be used answers `{error}` and makes the exit
 * code 2. What is left aside of a packet is said on standard error only, each
 * kind once and counted from then on.
 */
async function simulateLines(simulator: Simulator): Promise<number> {
  let code = 0;
  let number = 0;
  const repeated = new Map<string, number>();
  for await (const lines of linesOf(process.stdin)) {
    let answers = '';
    for (const line of lines) {
      number++;
      // Without blanks, nor the byte order mark that a file may begin with.
      const text = line.trim();
      if (text === '') continue;
      const say = (message: string): boolean => process.stderr.write(`iptables-lens simulate: packet ${number}: ${visible(message)}\n`);
      const note = (message: string, kind = message): void => {
        const before = repeated.get(kind);
        if (before === undefined) say(message);
        repeated.set(kind, before === undefined ? 0 : before + 1);
      };
      const answer = answerTo(simulator, text, note);
      if ('error' in answer) {
        code = 2;
        say(String(answer.error));
      }
      answers += `${JSON.stringify(answer)}\n`;
    }
    if (!process.stdout.write(answers)) await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
  for (const [kind, count] of repeated) if (count > 0) process.stderr.write(`iptables-lens simulate: ${count} more packet${count === 1 ? '' : 's'}: ${kind}\n`);
  return code;
}

/** The lines of a stream, as many at once as have come: answering each by a write of its own takes longer than the answers. */
async function* linesOf(stream: NodeJS.ReadStream): AsyncGenerator<readonly string[]> {
  let rest = '';
  stream.setEncoding('utf8');
  for await (const chunk of stream) {
    const lines = (rest + (chunk as string)).split('\n');
    rest = lines.pop()!;
    if (lines.length > 0) yield lines;
  }
  if (rest !== '') yield [rest];
}

/** As much of a message as anybody reads: it may quote a line of any length. */
const MESSAGE_LIMIT = 500;

function refusal(message: string): { readonly error: string } {
  return { error: message.length <= MESSAGE_LIMIT ? message : `${message.slice(0, MESSAGE_LIMIT)}…` };
}

function answerTo(simulator: Simulator, line: string, note: (message: string, kind?: string) => void): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return refusal(`this is no JSON: ${(error as SyntaxError).message}`);
  }
  if (typeof value === 'object' && value !== null && (value as { reset?: unknown }).reset === true) {
    simulator.reset();
    return { reset: true };
  }
  const read = packetFromJson(value, simulator.document.family);
  if (!read.ok) return refusal(read.message);
  const { packet, ignored } = read;
  for (const each of ignored) note(each);
  const now = simulator.now(packet.family);
  if (packet.at !== undefined && packet.at < now) note(`\`at\` is ${packet.at}, and it is ${now} already; the packet comes at once`, '`at` is over already');
  return resultToJson(simulator.send(packet));
}
