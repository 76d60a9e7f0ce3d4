import type { Hook, TableName } from '../netfilter.ts';
import { loopbackOf } from './address.ts';
import { kindOf, scannedWords, type Cursor, type ScanInput } from './compile/scan.ts';
import type { Field } from './compile/header.ts';
import { Knowledge, type Question } from './knowledge.ts';
import type { Connection, Ports } from './conntrack/connection.ts';
import { bind, type Manipulation } from './conntrack/nat.ts';
import { rewrite, TOO_SHORT } from './conntrack/rewrite.ts';
import { copyConnection } from './conntrack/table.ts';
import { learnPort } from './conntrack/translated.ts';
import { carriesPorts } from './conntrack/tuple.ts';
import { UNTRACKED, type Tracked } from './conntrack/track.ts';
import type { Reply } from './answers.ts';
import type { HostFacts } from './host.ts';
import { copyPacket, type Address, type ConntrackState, type Packet } from './packet.ts';
import type { CompiledChain, Program, Stage, WayFields } from './program.ts';
import type { Fate, Step } from './result.ts';
import { PROTOCOL } from './protocols.ts';
import { isOfLink, nextHop, primaryAddress, speakingAddress } from './routing.ts';
import type { Flow } from './routing-rules.ts';
import type { Backend, Condition, ConntrackTemplate, NatRange, Traversal } from './traversal.ts';
import { Unknown } from './truth.ts';
import type { WorldState } from './world.ts';

/** How a simulation is run. */
export interface PassageOptions {
  readonly host: HostFacts;
  /** Which rules the trace records: none, those that matched, or all that were met. */
  readonly trace: 'none' | 'matched' | 'all';
  /** Whether a packet sent to lo goes on through PREROUTING and INPUT. */
  readonly loopback: boolean;
}

/** Courses still to be run, and how many there have been. */
export interface Agenda {
  readonly pending: Passage[];
  started: number;
  readonly limit: number;
  /** Whether a course was given up because there were too many. */
  exceeded: boolean;
}

/** The part of a fate that is known when a packet's way ends. */
export type Ending = Pick<Fate, 'verdict' | 'rejectWith' | 'reason' | 'policy' | 'noAnswer'>;

/** A packet whose own way is over. */
export type Ended = Ending & Pick<Fate, 'steps' | 'packet'>;

/** What a packet goes on with once the copy of it has come to its end, or the copy once the packet has; with an ending, where it went first. */
interface Aside {
  readonly packet: Packet;
  readonly tracked: Tracked | undefined;
  readonly decided: Passage['decided'];
  readonly knowledge: Knowledge | undefined;
  readonly ending: Ending | undefined;
}

/**
 * One packet's way through the kernel, with everything that it depends on as data: where something can't be decided, a
 * copy of the passage goes on with the other answer. The walk itself is in walk.ts.
 */
export class Passage implements Traversal {
  readonly program: Program;
  readonly options: PassageOptions;
  readonly agenda: Agenda;
  world: WorldState;
  packet: Packet;

  hook: Hook = 'PREROUTING';
  table: TableName = 'raw';
  inInterface: string | undefined = undefined;
  outInterface: string | undefined = undefined;
  tracked: Tracked | undefined;
  template: ConntrackTemplate | undefined;

  /** Where the walk stands: the hook's stages, the chain and the next rule in it, and where jumps return to. */
  stages: readonly Stage[] = [];
  position = 0;
  base: CompiledChain | undefined;
  chain: CompiledChain | undefined;
  next = 0;
  stack: { readonly chain: CompiledChain; readonly next: number; readonly cursor: Cursor | undefined }[] = [];
  cursor: Cursor | undefined;
  /** Whether something that scans compare may have changed since the last `scanInput`. */
  changed = false;
  /** Whether a rule has already let the packet out of the table that the walk stands in. */
  leavesTable = false;
  /** Whether no rule of the built-in chain has decided, and the policy does. */
  leavesToPolicy = false;

  /** The destination as the packet came, and whether REDIRECT has sent it to the host itself. */
  arrivedFor: Address | undefined;
  redirected = false;
  /** What its way goes by, before rules that may change it. */
  noted: WayFields | undefined;
  /** The mark by which it was routed last. */
  routedMark: number | undefined;
  /** Whether it has come back from lo, or as a copy, with the route that it left by. */
  looped = false;
  isCopy = false;
  /** Whether raw's CT and NOTRACK leave it alone although it has no connection. */
  refusesTemplates = false;
  /** Whether a target has left it with a wrong checksum. */
  isSpoiled = false;
  /** Whether it comes from the wire (and so may be forwarded) or from a process of the host. */
  fromWire: boolean;
  /** Why the rule being tested drops at once. */
  killed: string | undefined;
  routedBy: 'host' | 'packet' = 'packet';
  /** The last say of a built-in chain, the filter table's before any other's. */
  decided: { readonly chain: CompiledChain; readonly byPolicy: boolean } | undefined;
  steps: Step[] = [];
  assumptions: string[] = [];
  /** Those of them of which another course has the opposite. */
  supposed: readonly string[] = [];
  ending: Ending | undefined;
  /** Type of the REJECT that the packet met. */
  rejected: string | undefined;
  /** What is sent back for the packet; and what has come to its end before: the packet itself, then what was sent back for it. */
  reply: Reply | undefined;
  ended: readonly Ended[] = [];

  /** What has been assumed, about fields and otherwise; made when something is. */
  private knowledge: Knowledge | undefined;
  private decisions: Map<string, boolean> | undefined;
  /** Made when something is noted. */
  private noticed: Set<string> | undefined;
  /** The packet itself while a copy of it is on its way, or a copy that waits for it. */
  private aside: Aside | undefined;
  private scanned: ScanInput | undefined;

  constructor(program: Program, world: WorldState, packet: Packet, options: PassageOptions, agenda: Agenda) {
    this.program = program;
    this.world = world;
    this.packet = packet;
    this.options = options;
    this.agenda = agenda;
    this.fromWire = packet.path !== 'out';
    this.arrivedFor = packet.destination;
    this.routedMark = packet.mark;
    if (world.past.length > 0) this.assumptions = [...world.past];
  }

  get backend(): Backend {
    return this.program.backend;
  }

  get host(): HostFacts {
    return this.options.host;
  }

  /** Whether a copy of the packet waits for it to be out. */
  get hasWaitingCopy(): boolean {
    return this.aside !== undefined && !this.isCopy;
  }

  get tick(): Set<string> {
    return this.noticed ??= new Set();
  }

  get connection(): Connection | undefined {
    return this.tracked === undefined ? this.template?.entry : this.tracked.connection;
  }

  get state(): ConntrackState | Unknown {
    // Before conntrack has seen the packet (in raw), the kernel finds no entry, or that of a template.
    return this.tracked?.state ?? (this.template?.entry === undefined ? 'INVALID' : 'NEW');
  }

  get direction(): 'original' | 'reply' {
    return this.tracked?.direction ?? 'original';
  }

  translate(kind: Manipulation, range: NatRange): string | undefined {
    const { connection } = this;
    if (connection === undefined) return undefined;
    bind(this.world.table, connection, kind, range, this.world.now);
    if (kind === 'destination' && range.addresses instanceof Unknown) connection.redirected = true;
    return this.rewrite(kind);
  }

  /** Does one side of the connection's NAT to the packet; where it can't be done, says why. */
  rewrite(kind: Manipulation): string | undefined {
    const { source, destination, sourcePort, destinationPort } = this.packet;
    if (!rewrite(this.packet, this.connection!, this.direction, kind)) return TOO_SHORT;
    if (kind === 'destination' && this.direction === 'original') this.redirected ||= this.connection!.redirected;
    if (this.packet.source !== source || this.packet.sourcePort !== sourcePort) this.forgetEnd('source');
    if (this.packet.destination !== destination || this.packet.destinationPort !== destinationPort) this.forgetEnd('destination');
    return undefined;
  }

  interfaceAddress(side: 'in' | 'out'): Address | Unknown | undefined {
    const isIpv6 = this.packet.family === 'ipv6';
    const { destination } = this.packet;
    // IPv4 goes by the router that the packet is sent to, IPv6 by its destination. Seen in the kernel.
    if (side === 'out') return speakingAddress(this.host, this.outInterface, isIpv6, destination === undefined || isIpv6 ? destination : nextHop(this.host, this.flowTo(destination)));
    return this.hook === 'OUTPUT' ? loopbackOf(this.packet.family) : primaryAddress(this.host, this.inInterface, destination, isIpv6);
  }

  /** What routing looks at when the packet is to go there. */
  flowTo(to: Address): Flow {
    const { source, mark, in: arrived } = this.packet;
    return { to, from: source, arrived: this.fromWire ? arrived : 'lo', mark, by: this.fromWire && isOfLink(to) ? arrived : undefined };
  }

  track(template: ConntrackTemplate): void {
    // The kernel ignores it for packets that have anything of the kind: from lo, of its own making, or by an earlier rule.
    if (this.tracked?.connection !== undefined || this.tracked?.state === 'UNTRACKED' || this.template !== undefined || this.refusesTemplates) return;
    this.template = template;
    // NOTRACK takes effect at once: the next rule in raw already sees UNTRACKED.
    this.tracked = template.notrack === true ? UNTRACKED : undefined;
  }

  spoil(): void {
    this.isSpoiled = true;
  }

  hotdrop(reason: string): void {
    this.killed = reason;
  }

  end(ending: Ending): void {
    this.ending = ending;
  }

  /** Ends the packet's own way; what is sent back for it, or why nothing is, then follows in the same world. */
  endWithAnswer(reply: Reply | string, ending: Ending): void {
    if (typeof reply === 'string') this.end({ ...ending, noAnswer: reply });
    else {
      this.reply = reply;
      this.end(ending);
    }
  }

  /** Lets a copy of the packet go on in its place, in the same world, until that comes to its end. */
  goOnAsCopy(): void {
    const packet = copyPacket(this.packet);
    this.aside = this.standing();
    this.isCopy = true;
    this.packet = packet;
    this.ending = undefined;
  }

  /** Goes on with the packet where its copy is on its way, and the other way round. */
  changePlaces(): void {
    const aside = this.aside!;
    this.aside = this.standing();
    this.isCopy = !this.isCopy;
    Object.assign(this, aside);
  }

  /** Goes on with the packet itself where a copy of it has come to its end. What can't be said of the copy is true of what lies behind it, too. */
  goOnAsItself(): boolean {
    const { aside } = this;
    if (!this.isCopy || this.ending?.verdict === 'UNKNOWN') return false;
    this.aside = this.chain = undefined;
    this.isCopy = this.fromWire = this.looped = false;
    Object.assign(this, aside);
    return true;
  }

  private standing(): Aside {
    const { packet, tracked, decided, knowledge, ending } = this;
    return { packet, tracked, decided, knowledge: knowledge?.copy(), ending };
  }

  /** Says what was taken as given, once. */
  assume(text: string): void {
    if (!this.assumptions.includes(text)) this.assumptions.push(text);
  }

  /** Forgets what was assumed about one end of the packet, which has been rewritten. */
  private forgetEnd(end: 'source' | 'destination'): void {
    this.forget(end, end === 'source' ? 'sourcePort' : 'destinationPort');
  }

  /** Forgets what was assumed about fields that may have changed. */
  forget(...fields: readonly Field[]): void {
    if (this.knowledge === undefined) return;
    for (const field of fields) this.knowledge.forget(field);
    this.knowledge.forget('bytes');
  }

  /**
   * Answers a condition that can't be decided: yes here, no in a copy that `otherwise` sends on its way. About a field
   * nothing is asked that follows from the answers before.
   */
  suppose(condition: Condition, unknown: Unknown, otherwise: (copy: Passage) => void): boolean {
    const question = fieldQuestion(condition, unknown);
    if (question === undefined) return this.fork(unknown.reason, otherwise);
    const known = this.knowledge?.answer(question);
    if (known !== undefined) {
      this.settle(question, known);
      return known !== question.negated;
    }
    const answer = this.fork(unknown.reason, (copy) => {
      copy.settle(question, question.negated);
      otherwise(copy);
    });
    if (this.ending === undefined) this.settle(question, !question.negated);
    return answer;
  }

  private settle(question: Question, answer: boolean): void {
    this.knowledge ??= new Knowledge();
    this.knowledge.note(question, answer);
    const { field, pin } = question;
    if (field === 'sourcePort' || field === 'destinationPort') this.learnDrawn(field);
    if (!answer || pin === undefined) return;
    pin(this.packet);
    this.changed = true;
    if (field === 'in' && this.inInterface === undefined) this.inInterface = this.packet.in;
    if (field === 'out' && this.outInterface === undefined) this.outInterface = this.packet.out;
  }

  /** What is known of the packet's port is known of the one that NAT has drawn for its connection. */
  private learnDrawn(field: 'sourcePort' | 'destinationPort'): void {
    const left = this.knowledge!.left(field) as readonly Ports[] | undefined;
    if (left === undefined || this.connection === undefined || this.direction !== 'original') return;
    const drawn = learnPort(this.world.table, this.connection, field, left);
    if (drawn === undefined) return;
    this.packet[field] = drawn;
    this.changed = true;
  }

  /** Answers a question of the walk itself, which is asked again when the copy repeats the stage. */
  ask(reason: string): boolean {
    const known = this.decisions?.get(reason);
    if (known !== undefined) return known;
    const answer = this.fork(reason, (copy) => { copy.decide(reason, false); });
    this.decide(reason, answer);
    return answer;
  }

  private decide(reason: string, answer: boolean): void {
    this.decisions ??= new Map();
    this.decisions.set(reason, answer);
  }

  /** Goes on where `reason` holds, true; a copy, which `otherwise` prepares, where it does not. False when there are too many courses. */
  fork(reason: string, otherwise: (copy: Passage) => void): boolean {
    if (this.agenda.started >= this.agenda.limit) {
      this.agenda.exceeded = true;
      this.end({ verdict: 'UNKNOWN', reason: `it depends on whether ${reason}, and on too much else to follow every course` });
      return false;
    }
    this.agenda.started++;
    const copy = this.copy();
    otherwise(copy);
    copy.assume(opposite(reason));
    copy.supposed = [...copy.supposed, opposite(reason)];
    this.agenda.pending.push(copy);
    this.assume(reason);
    this.supposed = [...this.supposed, reason];
    return true;
  }

  private copy(): Passage {
    const { world, copies } = this.world.branch();
    const copy = new Passage(this.program, world, copyPacket(this.packet), this.options, this.agenda);
    const { template, aside, reply } = this;
    // A packet and the copy of it that is on its way share a connection, be it confirmed or not.
    const owned = new Map(copies);
    const own = (connection: Connection): Connection => {
      if (!owned.has(connection)) owned.set(connection, copyConnection(connection));
      return owned.get(connection) as Connection;
    };
    const ownTracked = (tracked: Tracked | undefined): Tracked | undefined => (tracked?.connection === undefined ? tracked : { ...tracked, connection: own(tracked.connection) });
    const state: Partial<Passage> = {
      hook: this.hook, table: this.table, inInterface: this.inInterface, outInterface: this.outInterface,
      template: template?.entry && { ...template, entry: own(template.entry) } || template,
      tracked: ownTracked(this.tracked),
      stages: this.stages, position: this.position, base: this.base, chain: this.chain, next: this.next, stack: this.stack.map((frame) => ({ ...frame, cursor: undefined })),
      arrivedFor: this.arrivedFor, noted: this.noted, routedMark: this.routedMark, redirected: this.redirected, looped: this.looped, isCopy: this.isCopy, isSpoiled: this.isSpoiled, refusesTemplates: this.refusesTemplates, fromWire: this.fromWire, routedBy: this.routedBy, decided: this.decided,
      steps: [...this.steps], assumptions: [...this.assumptions], supposed: this.supposed, rejected: this.rejected,
      reply: reply && { ...reply, packet: copyPacket(reply.packet), tracked: ownTracked(reply.tracked) }, ended: this.ended,
    };
    copy.aside = aside && { ...aside, packet: copyPacket(aside.packet), tracked: ownTracked(aside.tracked), knowledge: aside.knowledge?.copy() };
    Object.assign(copy, state);
    copy.knowledge = this.knowledge?.copy();
    copy.decisions = this.decisions && new Map(this.decisions);
    copy.noticed = this.noticed && new Set(this.noticed);
    return copy;
  }

  /**
   * What the chain's scan may compare, or undefined when a rule-by-rule walk is needed: something is open, the packet is a
   * later fragment, or the trace wants every rule.
   */
  scanInput(): ScanInput | undefined {
    if (this.options.trace === 'all') return undefined;
    this.changed = false;
    const { packet, scanned, inInterface, outInterface } = this;
    const { source, destination, protocol, sourcePort, destinationPort, tcpFlags } = packet;
    if (source === undefined || destination === undefined || protocol === undefined || inInterface === undefined || outInterface === undefined || lacksTransport(packet)) return undefined;
    if (scanned !== undefined && scanned.inInterface === inInterface && scanned.outInterface === outInterface && sameScan(scanned, packet)) return scanned;
    const interfaces = this.program.interfaces.pair(inInterface, outInterface);
    return this.scanned = {
      source, destination, protocol, sourcePort: sourcePort ?? -1, destinationPort: destinationPort ?? -1, tcpFlags: tcpFlags ?? 0, inInterface, outInterface, interfaces,
      words: scannedWords(source, destination), kind: kindOf(protocol, tcpFlags ?? 0, interfaces),
    };
  }
}

/** Whether ports or TCP flags that the protocol has are open, or lie in another fragment. */
function lacksTransport({ protocol, tcpFlags, fragmentOffset, sourcePort, destinationPort }: Packet): boolean {
  if (fragmentOffset !== undefined && fragmentOffset > 0) return true;
  return (protocol === PROTOCOL.tcp && tcpFlags === undefined) || (carriesPorts(protocol!) && (sourcePort === undefined || destinationPort === undefined));
}

/** `not: ` and what is the case otherwise; nothing is denied twice. */
const opposite = (reason: string): string => (reason.startsWith('not: ') ? reason.slice('not: '.length) : `not: ${reason}`);

function sameScan(scanned: ScanInput, { source, destination, protocol, sourcePort, destinationPort, tcpFlags }: Packet): boolean {
  return scanned.source === source && scanned.destination === destination && scanned.protocol === protocol && scanned.sourcePort === (sourcePort ?? -1)
    && scanned.destinationPort === (destinationPort ?? -1) && scanned.tcpFlags === (tcpFlags ?? 0);
}

/** The question that an unknown leaves, where its answer depends on one field alone. */
function fieldQuestion({ quick }: Condition, { reason, about }: Unknown): Question | undefined {
  const negated = reason.startsWith('not: ');
  if (about !== undefined) return { ...about, ...(about.as ?? { key: negated ? reason.slice('not: '.length) : reason, negated }) };
  if (quick === undefined || quick.field === 'tcpFlags') return undefined;
  const { field, from, to } = quick;
  const name = field === 'sourcePort' ? 'source port' : 'destination port';
  const key = `the ${name} is ${from === to ? from : `in ${from}:${to}`}`;
  return { field, key, negated: false, yes: [{ from, to }], ...(from === to ? { pin: (packet: Packet) => { packet[field] = from; } } : {}) };
}
