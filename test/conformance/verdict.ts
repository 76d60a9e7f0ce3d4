import type { Backend } from '../../server/src/core/engine/traversal.ts';
import type { HostFacts } from '../../server/src/core/engine/host.ts';
import type { Family } from '../../server/src/core/netfilter.ts';
import type { Finding } from '../../server/src/rules/rule.ts';
import { Diagnostics } from '../../server/src/rules/run.ts';
import { openDocument } from '../support/document.ts';
import { BACKENDS, askPrograms, type Reply } from '../support/programs.ts';
import type { Reported } from './report.ts';

/** What iptables says of a ruleset: which back ends take it, and what they print. */
export interface Answer {
  readonly takenBy: readonly Backend[];
  readonly said: Readonly<Record<Backend, string>>;
  /** Whether what a refusal says is about this kernel: then the programs were only asked to read the ruleset. */
  readonly unloaded: boolean;
}

export interface Input {
  readonly family: Family;
  readonly ruleset: string;
}

/** Refusals that say something about this kernel, not about the ruleset. */
export const ABOUT_THE_KERNEL = /missing kernel module|revision \d+ not supported/u;

/** Shells that ask at the same time: most of the time each waits for the kernel. */
const AT_ONCE = 4;

/** Loads every ruleset with both back ends; what this kernel has no module for is only read. */
export async function answersOf(inputs: readonly Input[], ipsets: readonly string[]): Promise<Answer[]> {
  const loaded = await replies(inputs, ipsets, false);
  const open = inputs.map((_, index) => index).filter((index) =>
    BACKENDS.every((backend) => loaded[backend][index]!.status !== 0) && BACKENDS.some((backend) => isAboutKernel(loaded[backend][index]!)));
  const read = await replies(open.map((index) => inputs[index]!), ipsets, true);
  return inputs.map((_, index) => {
    const place = open.indexOf(index);
    const of = (backend: Backend): Reply => (place === -1 ? loaded[backend][index]! : read[backend][place]!);
    return {
      takenBy: BACKENDS.filter((backend) => of(backend).status === 0), unloaded: place !== -1,
      said: { nft: of('nft').output, legacy: of('legacy').output },
    };
  });
}

/** Refusals for what the host lacks: a name that is looked up, an object of the kernel, a file. */
const LACKING = /could not map name|failed to get bpf object|doesn't exist|cannot open|not found|name resolution|No such file or directory|Bad value for "--[ug]id-owner"|failed \(Invalid argument\)/u;

/** Whether both refuse it for what the host lacks, and we say that it depends on the host. */
export const dependsOnHost = (findings: readonly Finding[], { takenBy, said }: Answer): boolean =>
  takenBy.length === 0 && LACKING.test(said.nft) && findings.some(({ code }) => code === 'host-name' || code === 'external-object');

const isAboutKernel = ({ status, output }: Reply): boolean => status !== 0 && ABOUT_THE_KERNEL.test(output);

/** Targets whose timers the whole machine shares, whatever the namespace. */
const SHARED_BY_ALL = /IDLETIMER/u;

/** What each back end says to each ruleset; those that share something with the whole machine are asked one at a time. */
async function replies(inputs: readonly Input[], ipsets: readonly string[], test: boolean): Promise<Record<Backend, Reply[]>> {
  const alone = inputs.filter(({ ruleset }) => SHARED_BY_ALL.test(ruleset));
  const others = inputs.filter((each) => !alone.includes(each));
  const size = Math.ceil(others.length / AT_ONCE);
  const ask = (part: readonly Input[], backend: Backend): Promise<Reply[]> => askPrograms(part.map((each) => ({ ...each, backend, test })), ipsets);
  const parts = (backend: Backend): Promise<Reply[]>[] => Array.from({ length: AT_ONCE }, (_, index) => ask(others.slice(index * size, (index + 1) * size), backend));
  const [nft, legacy] = await Promise.all(BACKENDS.map(async (backend) => (await Promise.all(parts(backend))).flat()));
  const [nftAlone, legacyAlone] = [await ask(alone, 'nft'), await ask(alone, 'legacy')];
  const inOrder = (several: readonly Reply[], single: readonly Reply[]): Reply[] => {
    const [left, right] = [[...several], [...single]];
    return inputs.map((each) => (alone.includes(each) ? right : left).shift()!);
  };
  return { nft: inOrder(nft!, nftAlone), legacy: inOrder(legacy!, legacyAlone) };
}

/** Whether two findings together say that neither back end takes it. */
const namesBoth = (findings: readonly Finding[]): boolean => BACKENDS.every((backend) => isNamed(findings, backend));

/** Whether a finding says that this back end refuses it. */
const isNamed = (findings: readonly Finding[], backend: Backend): boolean => findings.some(({ message }) => message.includes(`iptables-${backend} refuses`));

/** What we say of the ruleset. */
export async function findingsOf({ ruleset, family }: Input, host: HostFacts = {}): Promise<readonly Finding[]> {
  const document = await openDocument(ruleset, family === 'ipv6' ? 'rules.v6' : 'rules.v4');
  return new Diagnostics(document, () => ({ host })).complete();
}

/**
 * How our findings differ from the programs' answer; undefined where they agree. What both take raises no error, what
 * both refuse does, and where they differ a finding names the back end.
 */
export function difference(findings: readonly Finding[], answer: Answer): string | undefined {
  const { takenBy, unloaded } = answer;
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (takenBy.length === 0) return errors.length > 0 || namesBoth(findings) || dependsOnHost(findings, answer) ? undefined : 'both refuse it, we do not';
  // What only a kernel with the module would refuse is not known.
  if (unloaded) return undefined;
  if (errors.length > 0) return `taken by ${takenBy.join(' and ')}, refused by us`;
  const wronged = BACKENDS.find((backend) => isNamed(findings, backend) === takenBy.includes(backend));
  return wronged && (takenBy.includes(wronged) ? `iptables-${wronged} takes it, and we say that it refuses` : `iptables-${wronged} refuses it, and we do not say so`);
}

/** An input as a report names it. */
export interface Named extends Input {
  readonly group: string;
  readonly what: string;
}

/** Asks the programs about every input, and holds our findings against their answers. */
export async function compareInputs(inputs: readonly Named[], ipsets: readonly string[], host: HostFacts): Promise<Reported[]> {
  const answers = await answersOf(inputs, ipsets);
  return Promise.all(inputs.map(async (each, index) => {
    const answer = answers[index]!;
    const findings = await findingsOf(each, host);
    const outcome = answer.takenBy.length > 0 ? 'accepted' : dependsOnHost(findings, answer) ? 'depending on the host' : 'refused';
    return { group: each.group, what: each.what, outcome, difference: difference(findings, answer), said: BACKENDS.map((backend) => `${backend}: ${answer.said[backend]}`).join('\n'), findings };
  }));
}
