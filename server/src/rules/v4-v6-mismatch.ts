import { analyse, type Analysis } from '../core/analysis/analysis.ts';
import type { Steps } from '../core/analysis/steps.ts';
import type { Family } from '../core/netfilter.ts';
import { EVERY, type PacketSet } from '../core/sets/diagram.ts';
import { destinationPorts, portsWithout, toPorts, type PortRange } from '../core/sets/ports.ts';
import { defineRule, type AnalysedFile, type Report } from './rule.ts';
import { stoppedPacket } from './support/lockout/example.ts';
import { isShut, ORDINARY } from './support/lockout/ordinary.ts';
import { spotOf } from './support/lockout/place.ts';
import { following, followingAll, isFollowed, standingOf, surelyAccepted } from './support/lockout/standing.ts';
import { firewallsOf } from './support/lockout/told-state.ts';
import { traffic, type Traffic } from './support/lockout/traffic.ts';
import { page } from './support/page.ts';

export default defineRule({
  code: 'v4-v6-mismatch',
  severity: 'hint',
  docs: page({
    what: 'Finds services that the ruleset of the other family lets in from anywhere, while this one lets no new connection '
      + 'to their tcp or udp ports in. It compares `NAME.v4` with `NAME.v6` in the same folder, and `iptables` with `ip6tables`, '
      + 'and says nothing where one of them is missing, lets nothing in at all, or has more than 1,500 rules. What is let in '
      + 'from certain addresses only does not count: they differ between the families.',
    why: 'A host with addresses of both families is reached by either. A service that was opened in one file and forgotten in '
      + 'the other seems to work now and then; one that was closed in one file only is not closed. Example: `rules.v6` beside '
      + 'this file accepts tcp port 443.',
    example: [':INPUT DROP [0:0]', '-A INPUT -i lo -j ACCEPT', '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', '-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT'],
    instead: [':INPUT DROP [0:0]', '-A INPUT -i lo -j ACCEPT', '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT', '-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT', '-A INPUT -p tcp -m tcp --dport 443 -j ACCEPT'],
  }),
  *checkAnalysis(file) {
    const [own] = file.kind === 'ruleset' ? firewallsOf(file) : [];
    const beside = own === undefined || !isFollowed(own.ruleset) ? undefined : file.sibling();
    if (own === undefined || beside === undefined || beside.ruleset.family === own.ruleset.family || !isFollowed(beside.ruleset) || !beside.tellsState) return;
    const other = analyse(beside.ruleset);
    for (const analysis of [own, other]) yield* following(analysis, [ORDINARY.anythingIn[analysis.ruleset.family]]);
    // A family that lets nothing in at all is not used.
    if ([own, other].some((analysis) => isShut(analysis, ORDINARY.anythingIn))) return;
    for (const protocol of ['tcp', 'udp'] as const) yield* compare(file, own, other, { protocol, name: beside.name });
  },
});

const SERVICES: Readonly<Record<'tcp' | 'udp', Readonly<Record<Family, Traffic>>>> = { tcp: both('tcp any -> any'), udp: both('udp any -> any') };

function both(text: string): Readonly<Record<Family, Traffic>> {
  return { ipv4: traffic('ipv4', text), ipv6: traffic('ipv6', text) };
}

/** New connections from two places far apart: what only one of them gets is let in from certain addresses. */
const FROM: Readonly<Record<'tcp' | 'udp', Readonly<Record<Family, readonly Traffic[]>>>> = { tcp: farApart('tcp'), udp: farApart('udp') };

function farApart(protocol: string): Readonly<Record<Family, readonly Traffic[]>> {
  const from = (family: Family, ...sources: readonly string[]): readonly Traffic[] => sources.map((source) => traffic(family, `${protocol} ${source} -> any`));
  return { ipv4: from('ipv4', '203.0.113.9', '130.57.5.9'), ipv6: from('ipv6', '2001:db8::9', '2a01:4f8::9') };
}

/** The ports to which new connections surely get, from wherever they come. */
function* openPorts(analysis: Analysis, protocol: 'tcp' | 'udp'): Steps<readonly PortRange[]> {
  const { space } = analysis;
  let ports: PacketSet = EVERY;
  for (const each of FROM[protocol][analysis.ruleset.family]) ports = space.intersection(ports, toPorts(space, destinationPorts(space, yield* surelyAccepted(analysis, each))));
  return destinationPorts(space, ports);
}

/** Reports the ports that the other ruleset opens and the file's own lets nothing in to. */
function* compare(file: AnalysedFile, own: Analysis, other: Analysis, { protocol, name }: { readonly protocol: 'tcp' | 'udp'; readonly name: string }): Generator<Report | undefined, void> {
  const open = yield* openPorts(other, protocol);
  const service = SERVICES[protocol][own.ruleset.family];
  yield* followingAll(own, service);
  const standing = standingOf(own, service);
  const { space } = own;
  const { accepted, translated, queued } = standing.fates;
  const lacking = portsWithout(space, open, destinationPorts(space, [accepted, translated, queued].reduce((so, set) => space.union(so, set))));
  const stopped = lacking.length === 0 ? undefined : stoppedPacket(own, service, standing, toPorts(space, lacking));
  if (stopped === undefined) return;
  yield {
    ...spotOf(file, own.ruleset, stopped.decidedBy), packet: stopped.packet,
    message: `\`${name}\` lets in new connections to ${listed(protocol, lacking)}; this file lets none in.`,
  };
}

const MOST_NAMED = 4;

function listed(protocol: string, ranges: readonly PortRange[]): string {
  const isOne = ranges.length === 1 && ranges[0]![0] === ranges[0]![1];
  const named = ranges.slice(0, MOST_NAMED).map(([first, last]) => (first === last ? `\`${first}\`` : `\`${first}:${last}\``));
  const more = ranges.length - named.length;
  return `${protocol} port${isOne ? '' : 's'} ${named.join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
}
