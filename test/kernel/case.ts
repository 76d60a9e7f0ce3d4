import type { Family } from '../../server/src/core/netfilter.ts';
import type { Backend } from '../../server/src/core/engine/traversal.ts';
import { openDocument } from '../support/document.ts';
import { startSimulation } from './check.ts';
import { surroundingsOf } from './found.ts';
import { generateRuleset } from './generate.ts';
import { neighbourhoodOf, objectsFor, type Neighbourhood } from './neighbourhood.ts';
import type { OraclePacket, OracleRequest } from './protocol.ts';
import { Random } from './random.ts';
import { withRoutes } from './routes.ts';
import { Traffic } from './traffic.ts';

/** What a case of random rules is made of. */
export interface CaseOptions {
  readonly family: Family;
  readonly backend: Backend;
  readonly packets: number;
  /** Whether its packets come over seconds, which the kernel then takes as well. */
  readonly timed?: boolean;
  /** Whether its rules are mostly about NAT. */
  readonly nat?: boolean;
  /** Whether the host has many addresses, routes and routing rules. */
  readonly routes?: boolean;
}

/** Seconds between packets: far from where what refills in seconds and half seconds makes a difference. */
const STEP = 0.35;
/** Seconds between the two of a step: some ticks of the kernel's clock. */
const TICKS = 0.02;

/** The case of a seed: a ruleset and the packets to send through it, in order. */
export async function generateCase(seed: number, options: CaseOptions): Promise<OracleRequest> {
  const { family, timed = false, nat = false, routes = false } = options;
  const random = new Random(seed);
  const world = routes ? withRoutes(random, neighbourhoodOf(family)) : neighbourhoodOf(family);
  const ruleset = generateRuleset(random, family, { timed, nat });
  return withPackets({ id: `${timed ? 'timed ' : ''}${nat ? 'nat ' : ''}${routes ? 'routes ' : ''}seed ${seed}`, ruleset, ipset: world.ipsets }, world, random, options);
}

/** A ruleset of somebody else's with packets for it. */
export async function caseOf(name: string, text: string, seed: number, options: CaseOptions): Promise<OracleRequest> {
  const random = new Random(seed);
  const document = await openDocument(text, options.family === 'ipv6' ? 'rules.v6' : 'rules.v4');
  document.setFamily(options.family);
  const world = surroundingsOf(document.ruleset(), text, random);
  return withPackets({ id: `${name} seed ${seed}`, ruleset: text, ipset: world.ipsets }, world, random, options);
}

async function withPackets({ ipset, ...what }: Pick<OracleRequest, 'id' | 'ruleset' | 'ipset'>, world: Neighbourhood, random: Random, { family, backend, packets, timed = false }: CaseOptions): Promise<OracleRequest> {
  const sent: OraclePacket[] = [];
  const request: OracleRequest = {
    ...what, family: family === 'ipv4' ? 4 : 6, packets: sent, topology: world.topology, ...objectsFor(what.ruleset, ipset!, family),
  };
  const simulation = await startSimulation(request, backend, 0);
  // With conntrack, the kernel holds fragments until the whole packet is there.
  const traffic = new Traffic(random, world, !simulation.tracks);
  for (let index = 0; index < packets; index++) {
    sent.push({ ...traffic.next(), ...(timed ? { at: Math.floor(index / 2) * STEP + (index % 2) * TICKS } : {}) });
    traffic.note(sent[index]!, simulation.send(index));
  }
  return request;
}

/** Seconds that a state of a TCP connection may have left; an open one is given less where the kernel sees the same ACK four times, which is for sequence numbers to tell. */
const LIVES = ['0:7', '8:20', '21:45', '46:90', '91:200', '201:500000'];
const SEEN = [...['NEW', 'ESTABLISHED', 'INVALID'].map((state) => `--ctstate ${state}`), ...LIVES.map((life) => `--ctexpire ${life}`), '--ctstatus ASSURED', '--ctstatus CONFIRMED', '--ctstatus SEEN_REPLY'].map((option) => `-A FORWARD -m conntrack ${option} -j LOG\n`).join('');
const SEGMENTS = ['SYN', 'SYN,ACK', 'ACK', 'ACK', 'ACK', 'FIN,ACK', 'RST', 'RST,ACK', 'PSH,ACK', 'FIN', 'NONE', 'SYN,FIN', 'SYN,PSH', 'SYN,ECE,CWR', 'ACK,URG'] as const;

/** How a connection may begin before it goes on at random: from the client's SYN to where each side has sent its FIN. */
const BEGINNINGS = ['', 'c:SYN', 'c:SYN s:SYN,ACK', 'c:SYN s:SYN,ACK c:ACK', 'c:SYN s:SYN,ACK c:ACK s:FIN,ACK c:FIN,ACK', 'c:SYN s:SYN,ACK c:FIN,ACK c:FIN,ACK', 'c:ACK s:ACK', 'c:SYN s:SYN'].map((text) => text.split(' ').filter((each) => each !== ''));

/** One TCP connection after the other, each of random segments of both sides, and a rule for each state they can have. */
export function generateStreams(seed: number, family: Family, packets: number): OracleRequest {
  const random = new Random(seed);
  const { near, far, topology } = neighbourhoodOf(family);
  const sent: OraclePacket[] = [];
  for (let port = 1024; sent.length < packets; port++) {
    const more = Array.from({ length: 2 + random.below(10) }, () => `${random.chance(0.55) ? 'c' : 's'}:${random.pick(SEGMENTS)}`);
    for (const segment of [...random.pick(BEGINNINGS), ...more]) {
      const flags = segment.slice(2);
      sent.push(segment.startsWith('c')
        ? { path: 'auto', src: near[0]!, dst: far[0]!, in_iface: 'eth0', proto: 'tcp', sport: port, dport: 80, flags, side: 'client' }
        : { path: 'auto', src: far[0]!, dst: near[0]!, in_iface: 'eth1', proto: 'tcp', sport: 80, dport: port, flags, side: 'server' });
    }
  }
  return { id: `streams ${seed}`, ruleset: `*filter\n${SEEN}COMMIT\n`, family: family === 'ipv4' ? 4 : 6, packets: sent, topology };
}
