import type { Packet } from '../../server/src/core/engine/packet.ts';
import type { Answer, Fate, Result, Step } from '../../server/src/core/engine/result.ts';
import { addressText } from '../../server/src/core/engine/wording.ts';
import { printTcpFlags } from '../../server/src/core/values/tcp-flags.ts';
import type { OracleAnswer, OracleFate, OracleImage, OracleTrace } from './protocol.ts';

/** How our answer differs from the kernel's: what, ours, theirs. Empty when it does not. */
export function differences(ours: Result, theirs: OracleAnswer): readonly string[] {
  if (theirs.counter_mismatch !== undefined) return [`the kernel's trace and counters disagree: ${theirs.counter_mismatch.join(', ')}`];
  // With more courses than are followed, the kernel's may be one of those left out, and the result says so.
  if (!ours.complete) return [];
  const fates: readonly Fate[] = ours.outcomes ?? [ours];
  const all = fates.map((fate) => ofFate(fate, theirs));
  return all.find((found) => found.length === 0) ?? all[0]!;
}

function ofFate(fate: Fate, theirs: OracleAnswer): readonly string[] {
  if (fate.verdict === 'UNKNOWN') return [];
  const found = [...ofSteps(fate.steps, theirs.trace), ...ofVerdict(fate, theirs)];
  if (theirs.egress !== undefined && fate.verdict === 'ACCEPT') found.push(...ofPacket(fate.packet, theirs.egress));
  if (isHeldBack(fate, theirs)) return found;
  return [...found, ...ofAnswer(fate.answer, theirs.generated ?? [])];
}

/**
 * Whether the kernel does not say that no route leads on, as it has said it often enough: IPv4 tells each host five times at
 * once, then once a second, and remembers whom from case to case. Measured on kernel 6.18, where net.ipv4.route.error_cost
 * is 250 and error_burst 1250 ticks of 4 ms; they belong to the machine, so the simulator takes the message for sent.
 */
export const isHeldBack = ({ answer, reason }: Fate, { generated }: OracleAnswer): boolean =>
  generated === undefined && answer?.packet.family === 'ipv4' && answer.packet.icmpType === 3 && /^the host('s routing| has no route)/u.test(reason ?? '');

const stepText = ({ hook, table, chain, number }: Step): string => `${hook} ${table} ${chain} ${number}`;
const traceText = ({ hook, table, chain, rule }: OracleTrace): string => `${hook} ${table} ${chain} ${rule}`;

function ofSteps(steps: readonly Step[], trace: readonly OracleTrace[]): string[] {
  const theirs = trace.filter(({ rule }) => typeof rule === 'number').map(traceText);
  // Courses that end alike are one fate, whose steps go as far as the courses are the same.
  const parting = steps.findIndex(({ matched }) => matched === 'unknown');
  const ours = (parting === -1 ? steps : steps.slice(0, parting)).filter(({ matched }) => matched === true).map(stepText);
  const fits = parting === -1 ? ours.join() === theirs.join() : ours.every((step, index) => step === theirs[index]);
  return fits ? [] : [`rules: ours [${ours.join(', ')}] kernel [${theirs.join(', ')}]`];
}

function ofVerdict(fate: Fate, theirs: OracleFate): string[] {
  const { verdict } = fate;
  return isSameEnd(fate, theirs) ? [] : [`verdict: ours ${verdict}${fate.reason === undefined ? '' : ` (${fate.reason})`} kernel ${theirs.verdict} ${JSON.stringify(theirs.dropped_by ?? {})}`];
}

/** Compares what is known of our packet. */
function ofPacket(packet: Packet, image: OracleImage): string[] {
  const ours: OracleImage = {
    ...(packet.source === undefined ? {} : { src: addressText(packet.source) }), ...(packet.destination === undefined ? {} : { dst: addressText(packet.destination) }),
    ...known('sport', packet.sourcePort), ...known('dport', packet.destinationPort), ...known('ttl', packet.ttl), ...known('tos', packet.tos),
    ...known('mark', packet.mark), ...known('type', packet.icmpType), ...known('code', packet.icmpCode), ...known('icmp_id', packet.icmpId), ...known('out', packet.path === 'in' ? undefined : packet.out),
    ...known('in', packet.path === 'out' ? undefined : packet.in),
  };
  return Object.entries(ours).flatMap(([key, value]) => {
    const kernel = image[key as keyof OracleImage];
    return kernel === undefined || kernel === value ? [] : [`${key}: ours ${String(value)} kernel ${String(kernel)}`];
  });
}

/**
 * Whether both say the same became of the packet. What becomes of a queued one is for the listening program to say, of which the kernel
 * here has none; and what ends behind the last hook its trace and counters can't tell from what leaves (seen in what a neighbour gets).
 */
export function isSameEnd({ verdict, reason }: Pick<Fate, 'reason'> & { readonly verdict: string }, theirs: OracleFate): boolean {
  const endsBehindHooks = verdict === 'DROP' && reason?.includes('drops behind POSTROUTING') === true;
  return verdict === 'QUEUE' || theirs.verdict === (endsBehindHooks ? 'ACCEPT' : verdict);
}

const known = (key: string, value: unknown): object => (value === undefined ? {} : { [key]: value });

function ofAnswer(answer: Answer | undefined, generated: NonNullable<OracleAnswer['generated']>): string[] {
  const theirs = generated.find(({ packet }) => answer !== undefined && isFor(packet, answer.packet)) ?? generated[0];
  if (answer === undefined || theirs === undefined) return answer === undefined && theirs === undefined ? [] : [`answer: ours ${answer === undefined ? 'none' : answer.verdict} kernel ${theirs === undefined ? 'none' : JSON.stringify(theirs.packet)}`];
  // In IPv6, and between two TCP packets, the oracle can't tell an answer from what was sent back for it, nor iptables-nft's trace which went first.
  if (answer.answer !== undefined && (answer.packet.family === 'ipv6' || generated.length === 1)) return ofSteps(inOrder([...answer.steps, ...answer.answer.steps], stepText), inOrder(theirs.trace, traceText)).map((text) => `answers' ${text}`);
  const { packet } = theirs;
  const flags = answer.packet.tcpFlags === undefined || packet.flags === undefined ? [] : [printTcpFlags(answer.packet.tcpFlags).split(',').sort().join(), packet.flags.split(',').sort().join()];
  const found = flags[0] === flags[1] ? [] : [`answer's flags: ours ${flags[0]} kernel ${flags[1]}`];
  if (answer.verdict === 'ACCEPT' && theirs.egress !== undefined) found.push(...ofPacket(answer.packet, theirs.egress).map((text) => `answer's ${text}`));
  if (answer.verdict !== 'UNKNOWN' && (answer.verdict === 'ACCEPT') !== (theirs.verdict === 'ACCEPT')) found.push(`answer's verdict: ours ${answer.verdict} kernel ${theirs.verdict}`);
  return [...found, ...ofSteps(answer.steps, theirs.trace).map((text) => `answer's ${text}`)];
}

/** Whether the kernel's packet is ours, and not what was sent back for it: iptables-nft's trace may tell of that one first. */
const isFor = ({ dst }: OracleImage, { destination }: Packet): boolean => destination !== undefined && dst === addressText(destination);

const inOrder = <T>(steps: readonly T[], text: (step: T) => string): readonly T[] => [...steps].sort((a, b) => (text(a) < text(b) ? -1 : 1));
