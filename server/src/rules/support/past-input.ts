import type { Analysis } from '../../core/analysis/analysis.ts';
import type { Steps } from '../../core/analysis/steps.ts';
import { compiledInSteps, readyingChains } from '../../core/engine/compile/compile.ts';
import type { HostFacts } from '../../core/engine/host.ts';
import { makePacket, type Packet } from '../../core/engine/packet.ts';
import type { Program, Stage } from '../../core/engine/program.ts';
import type { Result } from '../../core/engine/result.ts';
import { simulate } from '../../core/engine/simulate.ts';
import { Worlds } from '../../core/engine/world.ts';
import type { Hook } from '../../core/netfilter.ts';
import { NONE, type PacketSet } from '../../core/sets/diagram.ts';
import { witness } from '../../core/sets/witness.ts';
import type { NumberRange } from '../../core/values/integer.ts';
import { withRealInterfaces } from './lockout/example.ts';
import type { PublishedPorts } from './published-ports.ts';

/** A packet from outside that a published port takes past INPUT, which would stop it. */
export interface PastInput {
  readonly packet: Packet;
  /** The packet as it leaves for where the port is published to. */
  readonly leaving: Packet;
  readonly stopped: Result;
}

/** Where a packet from outside comes by, whether it is for this host or sent on. */
const ON_THE_WAY: readonly Hook[] = ['PREROUTING', 'INPUT', 'FORWARD', 'POSTROUTING'];

/** What carries packets, and the same without what publishes ports. */
interface Programs {
  readonly whole: Program;
  readonly withoutNat: Program;
}

/** Looks for packets that go to another host although INPUT would stop them, and asks the engine about each. */
export class PastInputSearch {
  private readonly analysis: Analysis;
  private readonly facts: HostFacts;
  private compiled: Programs | undefined;

  constructor(analysis: Analysis, facts: HostFacts) {
    this.analysis = analysis;
    this.facts = facts;
  }

  /** Made ready only where there is a packet to ask about, which takes long with many rules. */
  private *programs(): Steps<Programs> {
    if (this.compiled === undefined) {
      const whole = yield* compiledInSteps(this.analysis.ruleset);
      yield* readyingChains(whole, ON_THE_WAY);
      this.compiled = { whole, withoutNat: withoutNat(whole) };
    }
    return this.compiled;
  }

  /** A packet for one of the ports that the rule sends on, looked for in small steps; undefined where there is none or it can't be told. */
  *through(published: PublishedPorts, ports: readonly NumberRange[]): Steps<PastInput | undefined> {
    for (const range of ports) {
      const found = yield* this.pastInput(published, range);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  private *pastInput(published: PublishedPorts, ports: NumberRange): Steps<PastInput | undefined> {
    const arriving = yield* this.arriving(published, ports);
    if (arriving === undefined) return undefined;
    const programs = yield* this.programs();
    const stopped = this.ask(programs.withoutNat, { ...arriving, path: 'in' });
    if ((stopped.verdict !== 'DROP' && stopped.verdict !== 'REJECT') || stopped.outcomes !== undefined) return undefined;
    for (const out of this.waysOut(arriving)) {
      yield undefined;
      const packet: Packet = { ...arriving, path: 'forward', out };
      const result = this.ask(programs.whole, packet);
      const isSent = result.steps.some(({ rule, matched }) => rule === published.rule && matched === true);
      if (isSent && result.verdict === 'ACCEPT' && result.outcomes === undefined && result.packet.path === 'forward') return { packet, leaving: result.packet, stopped };
    }
    return undefined;
  }

  private ask(program: Program, packet: Packet): Result {
    // The host is the one that the packet is meant for.
    const host: HostFacts = { ...this.facts, local: [...this.facts.local ?? [], packet.destination!] };
    return simulate(program, new Worlds(), packet, { host });
  }

  private *arriving({ chain, index, protocol }: PublishedPorts, { from, to }: NumberRange): Steps<Packet | undefined> {
    const { space } = this.analysis;
    const wanted = [space.atHooks(['PREROUTING']), space.inStates(['NEW']), space.equals('protocol', protocol), space.range('destinationPort', from, to)];
    const set = wanted.reduce((so, each) => space.intersection(so, each), space.complement(space.interface('in', 'lo')));
    const outside = yield* this.analysis.leftOf('nat', { chain, index }, set);
    const found = witness(space, this.preferring(outside, space.interface('in', 'eth0')));
    if (found === undefined) return undefined;
    const { source, destination, sourcePort, destinationPort, in: device, mark, tos, ttl } = withRealInterfaces(this.analysis, found.packet);
    return makePacket({
      family: space.family, path: 'in', pathGiven: false, protocol, source, destination, sourcePort, destinationPort, in: device, mark, tos, ttl, uid: 0, gid: 0,
    });
  }

  private preferring(set: PacketSet, preferred: PacketSet): PacketSet {
    const narrowed = this.analysis.space.intersection(set, preferred);
    return narrowed === NONE ? set : narrowed;
  }

  /** The interfaces by which the packet may leave: what the facts about the host say, or any that the rules tell apart. */
  private waysOut({ in: device }: Packet): readonly (string | undefined)[] {
    if (this.facts.routes !== undefined) return [undefined];
    const { names } = this.analysis.space;
    const other = names.codeOf('eth1');
    return names.classes.map(({ name, named }, code) => (code === other && !named ? 'eth1' : name)).filter((name) => name !== '' && name !== 'lo' && name !== device);
  }
}

function withoutNat(program: Program): Program {
  const kept = (hook: Hook): readonly Stage[] => program.hooks[hook].filter(({ kind }) => kind !== 'nat');
  return { ...program, hooks: { PREROUTING: kept('PREROUTING'), INPUT: kept('INPUT'), FORWARD: kept('FORWARD'), OUTPUT: kept('OUTPUT'), POSTROUTING: kept('POSTROUTING') } };
}
