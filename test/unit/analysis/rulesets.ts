import fc from 'fast-check';
import { makePacket, TCP_FLAGS, type Packet } from '../../../server/src/core/engine/packet.ts';

/** Values that the rules of these tests may ask for; a packet of each kind, and one that no rule names, are tried. */
const SOURCES = ['10.0.0.0/8', '10.1.0.0/16', '10.1.1.1', '0.0.0.0/0', '10.0.1.1/255.0.255.255'];
const INTERFACES = ['eth0', 'eth+', 'lo', '+'];

const bang = fc.constantFrom('', '', '! ');
const part = (name: string, values: readonly string[]): fc.Arbitrary<string> => fc.tuple(bang, fc.constantFrom(...values)).map(([not, value]) => `${not}${name} ${value}`);

const transport = fc.constantFrom('tcp', 'udp').chain((protocol) => fc.oneof(
  fc.constant(`-p ${protocol}`),
  part('--dport', ['22', '80:443', '0:100']).map((port) => `-p ${protocol} -m ${protocol} ${port}`),
  part('--dports', ['22,80', '22,443:500']).map((ports) => `-p ${protocol} -m multiport ${ports}`),
  ...(protocol === 'tcp' ? [bang.map((not) => `-p tcp -m tcp ${not}--syn`)] : []),
));
const protocol = fc.oneof({ weight: 4, arbitrary: transport }, part('-p', ['tcp', 'icmp']), fc.constant('-p icmp -m icmp --icmp-type echo-request'));
const state = part('--ctstate', ['NEW', 'ESTABLISHED', 'NEW,INVALID', 'RELATED,ESTABLISHED']).map((given) => `-m conntrack ${given}`);
const mark = part('--mark', ['0x1', '0x0/0x1', '0x2/0x3']).map((given) => `-m mark ${given}`);

const sometimes = (given: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.oneof({ weight: 2, arbitrary: fc.constant('') }, given);

function conditions(chain: string): fc.Arbitrary<string> {
  const incoming = chain === 'OUTPUT' ? fc.constant('') : sometimes(part('-i', INTERFACES));
  const outgoing = chain === 'INPUT' ? fc.constant('') : sometimes(part('-o', INTERFACES));
  return fc.tuple(sometimes(part('-s', SOURCES)), incoming, outgoing, sometimes(protocol), sometimes(state), sometimes(mark)).map((parts) => parts.filter((each) => each !== '').join(' '));
}

/** Each chain leads to later ones only. */
const CHAINS = ['INPUT', 'FORWARD', 'OUTPUT', 'ONE', 'TWO', 'THREE'];

function target(chain: string): fc.Arbitrary<string> {
  const later = CHAINS.slice(CHAINS.indexOf(chain) + 1).filter((name) => CHAINS.indexOf(name) > 2);
  const jumps = later.flatMap((name) => [`-j ${name}`, `-j ${name}`, `-g ${name}`]);
  return fc.constantFrom('-j ACCEPT', '-j DROP', '-j RETURN', '-j REJECT', '-j LOG', '', '-j MARK --set-xmark 0x1/0x1', '-j MARK --set-xmark 0x2/0xffffffff', '-j MARK --set-xmark 0x1/0x0', ...jumps, ...jumps);
}

/** A rule of any of the chains. */
export const anyRule: fc.Arbitrary<string> = fc.constantFrom(...CHAINS).chain((chain) => fc.tuple(conditions(chain), target(chain)).map(([asked, does]) => `-A ${chain} ${asked} ${does}`.trimEnd()));
const policy = fc.constantFrom('ACCEPT', 'DROP');

/** A filter table of up to 24 rules, in which chains lead to each other, packets are marked and marks are asked for. */
export const filterTable: fc.Arbitrary<string> = fc.tuple(policy, policy, policy, fc.array(anyRule, { minLength: 1, maxLength: 24 })).map(([input, forward, output, rules]) => [
  '*filter', `:INPUT ${input} [0:0]`, `:FORWARD ${forward} [0:0]`, `:OUTPUT ${output} [0:0]`, ':ONE - [0:0]', ':TWO - [0:0]', ':THREE - [0:0]', ':TRACKS - [0:0]',
  ...rules, '-A TRACKS -m conntrack --ctstate NEW', 'COMMIT', '',
].join('\n'));

/** Chains that many like rules of one chain lead to, each to one of them. */
const SERVICES = Array.from({ length: 9 }, (_, number) => `SERVICE-${number}`);

/** A rule of the chain that leads to services, or of one of them. */
export const serviceRule: fc.Arbitrary<string> = fc.constantFrom('INPUT', ...SERVICES).chain((chain) =>
  fc.tuple(sometimes(protocol), sometimes(part('-s', SOURCES)), fc.constantFrom('-j ACCEPT', '-j DROP', '-j RETURN', '-j LOG', ...SERVICES.slice(SERVICES.indexOf(chain) + 1, SERVICES.indexOf(chain) + 2).map((next) => `-g ${next}`)))
    .map(([asked, from, does]) => ['-A', chain, asked, from, does].filter((each) => each !== '').join(' ')));

/** A filter table in which many rules of one chain that ask for little lead to chains of their own. */
export const serviceTable: fc.Arbitrary<string> = fc.tuple(policy, fc.array(fc.constantFrom('-p tcp', '-i eth0', '-s 10.0.0.0/8', ''), { minLength: SERVICES.length, maxLength: SERVICES.length }), fc.array(serviceRule, { minLength: 8, maxLength: 24 })).map(([input, asked, rules]) => [
  '*filter', `:INPUT ${input} [0:0]`, ':FORWARD ACCEPT [0:0]', ':OUTPUT ACCEPT [0:0]', ...SERVICES.map((name) => `:${name} - [0:0]`), ':TRACKS - [0:0]',
  ...SERVICES.map((name, number) => `-A INPUT ${asked[number]!} -j ${name}`.replace('  ', ' ')), ...rules, '-A TRACKS -m conntrack --ctstate NEW', 'COMMIT', '',
].join('\n'));

const ADDRESSES = [0x0a010101, 0x0a020101, 0xcb007101];
const TRANSPORTS: readonly Partial<Packet>[] = [
  ...[22, 450, 9].flatMap((destinationPort) => [
    { protocol: 6, sourcePort: 40000, destinationPort, tcpFlags: TCP_FLAGS.SYN }, { protocol: 17, sourcePort: 40000, destinationPort },
  ]),
  { protocol: 6, sourcePort: 40000, destinationPort: 22, tcpFlags: TCP_FLAGS.ACK }, { protocol: 1, icmpType: 8, icmpCode: 0 }, { protocol: 47 },
];
const WAYS: readonly Pick<Packet, 'path' | 'in' | 'out'>[] = [
  ...['eth0', 'eth9', 'wlan0'].map((name) => ({ path: 'in' as const, in: name, out: undefined })),
  ...['eth0', 'wlan0'].map((name) => ({ path: 'forward' as const, in: 'eth9', out: name })),
  ...['lo', 'eth9'].map((name) => ({ path: 'out' as const, in: undefined, out: name })),
];
const STATES = ['NEW', 'ESTABLISHED', 'INVALID'] as const;
const MARKS = [0, 1, 6];

/** A packet of every kind that the rules can tell apart. */
export const PACKETS: readonly Packet[] = WAYS.flatMap((way) => ADDRESSES.flatMap((source) => TRANSPORTS.flatMap((transported) => STATES.flatMap((asserted) => MARKS.map((given) =>
  makePacket({ family: 'ipv4', ...way, source, destination: 0x0a630001, ...transported, state: asserted, mark: given, tos: 0, ttl: 64, length: 60, uid: 0, gid: 0 }))))));
