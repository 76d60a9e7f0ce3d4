import type { Analysis } from '../core/analysis/analysis.ts';
import type { Steps } from '../core/analysis/steps.ts';
import { printEndpoint } from '../core/notation/endpoint.ts';
import { printPacket } from '../core/notation/print.ts';
import type { BoundRule, Ruleset } from '../core/ruleset/model.ts';
import type { NumberRange } from '../core/values/integer.ts';
import { defineRule, type FileInContext, type RelatedPlace, type Report } from './rule.ts';
import { textSpan } from './support/edits.ts';
import { portsNamedBy, type NamedPorts } from './support/named-ports.ts';
import { page } from './support/page.ts';
import { PastInputSearch, type PastInput } from './support/past-input.ts';
import { isOfContainer, publishedPorts, type PublishedPorts } from './support/published-ports.ts';
import { rulesOnTheWayIn } from './support/services.ts';
import { firewallsOf } from './support/lockout/told-state.ts';

export default defineRule({
  code: 'bypassed-input',
  severity: 'hint',
  docs: page({
    what: 'Finds ports that a `DNAT` rule of nat sends on to another address, such as a container\'s, where the rules of INPUT would '
      + 'stop those packets: INPUT has a rule about that port, or a program that runs containers has published it. Told is only '
      + 'what a packet shows that FORWARD accepts and INPUT would not.',
    why: 'A packet gets its new destination before it is routed. It then goes through FORWARD and never meets INPUT, so what INPUT '
      + 'says about the port closes nothing. Rules of FORWARD do, before those that accept; Docker keeps the chain DOCKER-USER for '
      + 'them. They see the new port; the one that the packet came for is `--ctorigdstport` of `-m conntrack`.',
    example: [
      '*nat', ':PREROUTING ACCEPT [0:0]', '-A PREROUTING -i eth0 -p tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80', 'COMMIT',
      '*filter', ':INPUT DROP [0:0]', ':FORWARD ACCEPT [0:0]', '-A INPUT -i lo -j ACCEPT', '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
      '-A INPUT -s 192.0.2.0/24 -p tcp --dport 22 -j ACCEPT', '-A INPUT -s 192.0.2.0/24 -p tcp --dport 8080 -j ACCEPT', 'COMMIT',
    ],
    instead: [
      '*nat', ':PREROUTING ACCEPT [0:0]', '-A PREROUTING -i eth0 -p tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80', 'COMMIT',
      '*filter', ':INPUT DROP [0:0]', ':FORWARD ACCEPT [0:0]', '-A INPUT -i lo -j ACCEPT', '-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT',
      '-A INPUT -s 192.0.2.0/24 -p tcp --dport 22 -j ACCEPT', '-A FORWARD ! -s 192.0.2.0/24 -p tcp -m conntrack --ctstate NEW --ctorigdstport 8080 --ctdir ORIGINAL -j DROP', 'COMMIT',
    ],
  }),
  *checkAnalysis(file) {
    for (const analysis of firewallsOf(file)) {
      yield* bypassing(file, analysis);
      yield undefined;
    }
  },
});

/** Ports looked at; where so many are published, the rest tells nothing new. */
const MOST_LOOKED_AT = 32;

/** So many published ports, or rules, are looked at in one step. */
const AT_ONCE = 16;

function* bypassing(file: FileInContext, analysis: Analysis): Iterable<Report | undefined> {
  const published = yield* publishedPorts(analysis.ruleset);
  if (published.length === 0) return;
  const search = new PastInputSearch(analysis, file.host);
  const rules = yield* portRules(analysis.ruleset);
  const told = new Set<string>();
  let looked = 0;
  for (const [index, each] of published.entries()) {
    if (index % AT_ONCE === AT_ONCE - 1) yield undefined;
    const { about, common } = rules.about(each);
    // One word about all ports that a program publishes is enough.
    const group = about.length === 0 && isOfContainer(each) ? each.chain : undefined;
    if ((about.length === 0 && group === undefined) || (group !== undefined && told.has(group))) continue;
    if (++looked > MOST_LOOKED_AT) return;
    const found = yield* search.through(each, about.length === 0 ? each.ports : common);
    yield undefined;
    if (found === undefined) continue;
    if (group !== undefined) told.add(group);
    yield report(each, found, about);
  }
}

/** A rule behind INPUT that names ports. */
interface PortRule extends NamedPorts {
  readonly bound: BoundRule;
}

function* portRules(ruleset: Ruleset): Steps<PortRules> {
  const found = new PortRules();
  let looked = 0;
  for (const bound of rulesOnTheWayIn(ruleset)) {
    if (++looked % AT_ONCE === 0) yield undefined;
    const named = portsNamedBy(bound);
    if (named !== undefined) found.add({ bound, ...named });
  }
  return found;
}

/** The rules that name some ports, in their order, and what of the ports they name, each range once. */
interface AboutPorts {
  readonly about: readonly PortRule[];
  readonly common: readonly NumberRange[];
}

/** Rules by the ports that they name; most name one of a few, and so do those who ask. */
class PortRules {
  private readonly groups = new Map<string, { readonly protocol: number; readonly range: NumberRange; readonly places: number[] }>();
  private readonly known = new Map<string, AboutPorts>();
  private readonly rules: PortRule[] = [];

  add(rule: PortRule): void {
    for (const range of rule.ports) this.note(rule.protocol, range);
    this.rules.push(rule);
  }

  private note(protocol: number, range: NumberRange): void {
    const key = `${protocol} ${range.from}:${range.to}`;
    const group = this.groups.get(key);
    if (group === undefined) this.groups.set(key, { protocol, range, places: [this.rules.length] });
    else group.places.push(this.rules.length);
  }

  /** What rules name some of the ports. */
  about({ protocol, ports }: NamedPorts): AboutPorts {
    const key = `${protocol} ${ports.map(({ from, to }) => `${from}:${to}`).join()}`;
    let found = this.known.get(key);
    if (found === undefined) this.known.set(key, found = this.find({ protocol, ports }));
    return found;
  }

  private find({ protocol, ports }: NamedPorts): AboutPorts {
    const places = new Set<number>();
    for (const group of this.groups.values()) {
      if (group.protocol === protocol && ports.some((each) => overlap(group.range, each))) for (const place of group.places) places.add(place);
    }
    const about = [...places].sort((a, b) => a - b).map((place) => this.rules[place]!);
    const common = new Map<string, NumberRange>();
    for (const { ports: named } of about) {
      for (const each of named) {
        for (const other of ports) {
          if (!overlap(each, other)) continue;
          const [from, to] = [Math.max(each.from, other.from), Math.min(each.to, other.to)];
          common.set(`${from}:${to}`, { from, to });
        }
      }
    }
    return { about, common: [...common.values()] };
  }
}

const overlap = (a: NumberRange, b: NumberRange): boolean => a.from <= b.to && b.from <= a.to;

const MOST_RELATED = 4;

function report({ rule: { bound } }: PublishedPorts, { packet, leaving, stopped }: PastInput, about: readonly PortRule[]): Report {
  const related: readonly RelatedPlace[] = about.slice(0, MOST_RELATED).map(({ bound: { line } }) => ({ line, span: textSpan(line), message: 'Packets for the published port do not come here' }));
  const to = printEndpoint({ address: leaving.destination, port: leaving.destinationPort });
  return {
    line: bound.line, span: bound.target?.span ?? textSpan(bound.line), packet: printPacket(packet), related,
    message: `INPUT would ${stopped.verdict === 'DROP' ? 'drop' : 'reject'} \`${printPacket({ ...packet, path: 'in', out: undefined })}\`, but this sends it on to ${to}, and FORWARD accepts it: only rules of FORWARD can close a published port.`,
  };
}
