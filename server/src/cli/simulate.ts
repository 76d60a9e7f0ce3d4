import { createInterface } from 'node:readline';
import { compile } from '../core/engine/compile/compile.ts';
import type { HostFacts } from '../core/engine/host.ts';
import type { Packet } from '../core/engine/packet.ts';
import type { Program } from '../core/engine/program.ts';
import { simulate } from '../core/engine/simulate.ts';
import type { Backend } from '../core/engine/traversal.ts';
import { Worlds } from '../core/engine/world.ts';
import type { Family } from '../core/netfilter.ts';
import { packetFromJson, resultToJson } from '../core/notation/json.ts';
import { parsePacket } from '../core/notation/parse.ts';
import type { RulesetDocument } from '../core/ruleset/document.ts';
import { Opener, UsageError, atOption, familyOption, hostFacts, oneOf, readArguments, type Subcommand } from './command.ts';
import { traceText } from './trace.ts';

export const simulateCommand: Subcommand = {
  name: 'simulate',
  usage: "simulate [--json] [--all-steps] [--host FILE] [--family ipv4|ipv6] [--backend nft|legacy] [--from FILE] [--at LINE] (--packet 'NOTATION' | --jsonl) FILE",
  summary: 'Send a packet, or packet objects from standard input, through a ruleset and print what becomes of it.',
  async run(args) {
    const { values, positionals } = readArguments(args, {
      allowPositionals: true,
      options: {
        json: { type: 'boolean' }, jsonl: { type: 'boolean' }, 'all-steps': { type: 'boolean' }, packet: { type: 'string' },
        host: { type: 'string' }, family: { type: 'string' }, backend: { type: 'string' },
        from: { type: 'string' }, at: { type: 'string' },
      },
    });
    const [file] = positionals;
    if (file === undefined || positionals.length > 1) throw new UsageError('name one ruleset file');
    if ((values.packet === undefined) === (values.jsonl !== true)) throw new UsageError("give either --packet 'NOTATION' or --jsonl");
    const document = (await Opener.create(familyOption(values.family))).openToRun(file, values.from);
    const simulator = new Simulator(document, {
      host: hostFacts(values.host, file), backend: oneOf('backend', values.backend, ['nft', 'legacy']), at: atOption(values.at, document), allSteps: values['all-steps'] === true,
    });
    return values.packet === undefined ? simulateLines(simulator) : simulateOne(simulator, values.packet, values.json === true);
  },
};

interface SimulatorOptions {
  readonly host: HostFacts;
  readonly backend: Backend;
  /** A physical line of a script, after which its ruleset is asked for. */
  readonly at: number | undefined;
  readonly allSteps: boolean;
}

/** A document's rulesets ready to run, with one world for each family. */
class Simulator {
  readonly document: RulesetDocument;
  private readonly options: SimulatorOptions;
  private readonly programs = new Map<Family, Program>();
  private readonly worlds = new Map<Family, Worlds>();

  constructor(document: RulesetDocument, options: SimulatorOptions) {
    this.document = document;
    this.options = options;
  }

  send(packet: Packet): ReturnType<typeof simulate> {
    const { family } = packet;
    const { host, backend, at, allSteps } = this.options;
    const program = this.programs.get(family) ?? compile(this.document.ruleset(family, backend, at), { backend });
    const worlds = this.worlds.get(family) ?? new Worlds();
    this.programs.set(family, program);
    this.worlds.set(family, worlds);
    return simulate(program, worlds, packet, { host, trace: allSteps ? 'all' : 'matched' });
  }

  reset(): void {
    this.worlds.clear();
  }
}

function simulateOne(simulator: Simulator, notation: string, json: boolean): number {
  const parsed = parsePacket(notation, simulator.document.family);
  if (!parsed.ok) throw new UsageError(`--packet: ${parsed.error.message}\n  ${notation}\n  ${' '.repeat(parsed.error.offset)}^`);
  const result = simulator.send(parsed.packet);
  process.stdout.write(json ? `${JSON.stringify(resultToJson(result), undefined, 2)}\n` : traceText(result, parsed.packet));
  return 0;
}

/** One packet object a line in, one result object a line out; a line that can't be used answers `{error}` and makes the exit code 2. */
async function simulateLines(simulator: Simulator): Promise<number> {
  let code = 0;
  let number = 0;
  for await (const line of createInterface({ input: process.stdin, crlfDelay: Infinity })) {
    number++;
    if (line.trim() === '') continue;
    const answer = answerTo(simulator, line);
    if ('error' in answer) {
      code = 2;
      process.stderr.write(`iptables-lens simulate: packet ${number}: ${String(answer.error)}\n`);
    }
    if (!process.stdout.write(`${JSON.stringify(answer)}\n`)) await new Promise((resolve) => process.stdout.once('drain', resolve));
  }
  return code;
}

function answerTo(simulator: Simulator, line: string): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return { error: `this is no JSON: ${(error as SyntaxError).message}` };
  }
  if (typeof value === 'object' && value !== null && (value as { reset?: unknown }).reset === true) {
    simulator.reset();
    return { reset: true };
  }
  const read = packetFromJson(value, simulator.document.family);
  return read.ok ? resultToJson(simulator.send(read.packet)) : { error: read.message };
}
