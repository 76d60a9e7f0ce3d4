import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { compile } from '../../../server/src/core/engine/compile/compile.ts';
import { simulate } from '../../../server/src/core/engine/simulate.ts';
import { Worlds } from '../../../server/src/core/engine/world.ts';
import type { Family } from '../../../server/src/core/netfilter.ts';
import { parsePacket } from '../../../server/src/core/notation/parse.ts';
import type { RulesetDocument } from '../../../server/src/core/ruleset/document.ts';
import { printBare } from '../../../server/src/core/values/address.ts';
import { openDocument } from '../../support/document.ts';
import { facts } from '../engine/run.ts';

const folder = fileURLToPath(new URL('../../../../shared/seeds', import.meta.url));
const host = facts({ interfaces: { eth0: ['10.0.0.5/24', '198.51.100.7/24', '2001:db8::5/64', 'fe80::5/64'], lo: ['127.0.0.1/8'] }, routes: ['192.168.1.0/24 dev eth1', 'default dev eth0'], forwarding: true });

/** The one document that says something. */
function documentWith(words: RegExp): string {
  const found = readdirSync(folder).map((name) => readFileSync(path.join(folder, name), 'utf8')).filter((text) => words.test(text));
  assert.equal(found.length, 1, `${words.source}: ${found.length} documents`);
  return found[0]!;
}

/** The commands of a text as a script, each on a line of its own. */
async function scriptOf(commands: readonly string[]): Promise<RulesetDocument> {
  const document = await openDocument(`#!/bin/sh\n${commands.join('\n')}\n`, 'firewall.sh');
  assert.deepEqual(document.ruleset().failures, []);
  return document;
}

/** Numbers of the lines of the commands of a family. */
const linesOf = (document: RulesetDocument, family: Family): number[] => document.lines.filter((line) => line.content.kind === 'command' && document.familyOf(line) === family).map(({ number }) => number);

/** What becomes of packets, all in one world, when the script has run to a line. */
function fates(document: RulesetDocument, family: Family, at: number, packets: readonly string[]): ReturnType<typeof simulate>[] {
  const program = compile(document.ruleset(family, 'nft', at), {});
  const worlds = new Worlds();
  return packets.map((text) => {
    const parsed = parsePacket(text, family);
    assert.ok(parsed.ok, text);
    return simulate(program, worlds, parsed.packet, { host });
  });
}

/** Asserts what becomes of each packet after each command: `A`ccepted or `D`ropped. */
function lineByLine(document: RulesetDocument, expected: Readonly<Record<string, string>>, family: Family = 'ipv4'): void {
  const lines = linesOf(document, family);
  const seen = Object.fromEntries(Object.keys(expected).map((packet) => [packet, lines.map((at) => fates(document, family, at, [packet])[0]!.verdict[0]).join('')]));
  assert.deepEqual(seen, expected);
}

const SSH = 'tcp 203.0.113.9:40000 -> 10.0.0.5:22 in=eth0';
const SESSION = `${SSH} state=ESTABLISHED flags=ACK`;
const ANSWER = 'tcp 203.0.113.9:80 -> 10.0.0.5:40000 in=eth0 state=ESTABLISHED flags=ACK';
const OTHER = 'tcp 203.0.113.9:40000 -> 10.0.0.5:2222 in=eth0';
const LOOPBACK = 'tcp 127.0.0.1:40000 -> 127.0.0.1:8080 in=lo';
const OUT = 'tcp 10.0.0.5:40000 -> 203.0.113.9:443 out=eth0';

describe('what documents say of their commands, line by line', () => {
  before(function () {
    if (existsSync(folder)) return;
    console.log('    skipped: the documents are not there');
    this.skip();
  });

  describe('slides', () => {
    /** The code blocks of the slides that hold commands. */
    const blocks = (): string[] => Array.from(documentWith(/Firewalling at the _service_ level/u).matchAll(/```bash\n([^]*?)```/gu), ([, block]) => block!.replaceAll(/^ {4}/gmu, '')).filter((block) => /iptables/u.test(block));
    const commands = (wanted: RegExp): string[] => {
      const found = blocks().filter((block) => wanted.test(block));
      assert.equal(found.length, 1);
      return found[0]!.split('\n');
    };

    it('the firewall of a service, typed one at a time, locks out whoever types it', async () => {
      lineByLine(await scriptOf(commands(/sudo iptables[^]*--dport 22/u)), {
        [SSH]: 'ADDDDAA', [SESSION]: 'ADDDAAA', [ANSWER]: 'ADDDAAA', [OTHER]: 'ADDDDDD', [LOOPBACK]: 'ADDDDDA', [OUT]: 'AAAAAAA',
      });
    });

    it('the defensive order never does, and closes everything else at its policy', async () => {
      lineByLine(await scriptOf(commands(/^(?![^]*sudo)[^]*--dport 22\b/u)), {
        [SSH]: 'AAAAAAA', [SESSION]: 'AAAAAAA', [ANSWER]: 'AAAAAAA', [OTHER]: 'AAAADDD', [LOOPBACK]: 'AAAAAAA', [OUT]: 'AAAAAAA',
      });
    });

    it('the firewall of a range lets the range in, answers, and nobody else', async () => {
      lineByLine(await scriptOf(commands(/-s 10\.0\.2\.0\/24/u)), {
        'tcp 10.0.2.7:40000 -> 10.0.0.5:22 in=eth0': 'AAAAAAA', [SSH]: 'AAAADDD', [ANSWER]: 'AAAAAAA', [LOOPBACK]: 'AAAAAAA', [OUT]: 'AAAAAAA',
      });
    });

    it('the load balancer alternates between its backends, and answers come back through it', async () => {
      const document = await scriptOf(commands(/--mode nth/u));
      const clients = [1, 2, 3, 4].map((port) => `tcp 203.0.113.9:4000${port} -> 198.51.100.7:80 in=eth0`);
      const seen = linesOf(document, 'ipv4').map((at) => fates(document, 'ipv4', at, clients).map(({ packet }) => `${printBare(packet.source!, 'ipv4')} ${printBare(packet.destination!, 'ipv4')}:${packet.destinationPort}`));
      const [client, balancer] = ['203.0.113.9', '198.51.100.7'];
      const [first, second] = ['192.168.1.2:8080', '192.168.1.3:8080'];
      const masked = seen[4]![0]!.split(' ')[0]!;
      assert.notEqual(masked, client);
      assert.deepEqual(seen, [
        Array(4).fill(`${client} ${balancer}:80`),
        [`${client} ${first}`, `${client} ${balancer}:80`, `${client} ${first}`, `${client} ${balancer}:80`],
        [`${client} ${first}`, `${client} ${second}`, `${client} ${first}`, `${client} ${second}`],
        [`${masked} ${first}`, `${client} ${second}`, `${masked} ${first}`, `${client} ${second}`],
        [`${masked} ${first}`, `${masked} ${second}`, `${masked} ${first}`, `${masked} ${second}`],
      ]);
    });
  });

  it('the guide to default deny opens one thing after the other', async () => {
    const text = documentWith(/default-deny access strategy/u).split('## Understanding the packet flow')[0]!;
    const commands = Array.from(text.matchAll(/^`?# (iptables (?!--list|-vnL)[^`\n]*)/gmu), ([, command]) => command!).filter((command) => !/\/32/u.test(command));
    const document = await scriptOf(commands);
    const at = (words: RegExp): number => commands.findIndex((command) => words.test(command));
    const from = (...places: readonly number[]): string => {
      const first = Math.max(...places);
      return 'D'.repeat(first) + 'A'.repeat(commands.length - first);
    };
    const never = from(commands.length);
    const [friend, established, answered, out] = [at(/--dport 22/u), at(/OUTPUT 1 .*ESTABLISHED/u), at(/INPUT 1 .*ESTABLISHED/u), at(/OUTPUT 2 -j STDOUT/u)];
    const [closesIn, closesOut] = [at(/-P INPUT DROP/u), at(/-P OUTPUT DROP/u)];
    const opened = (closed: number, open: string): string => 'A'.repeat(closed) + open.slice(closed);
    lineByLine(document, {
      'tcp 10.137.0.7:40000 -> 10.0.0.5:22 in=eth0': opened(closesIn, from(friend)),
      'tcp 10.0.0.5:22 -> 10.137.0.7:40000 out=eth0 state=ESTABLISHED flags=ACK': opened(closesOut, from(established)),
      'tcp 203.0.113.9:40000 -> 10.0.0.5:22 in=eth0': opened(closesIn, never),
      'tcp 10.137.0.7:40000 -> 10.0.0.5:8080 in=eth0': opened(closesIn, never),
      'udp 10.0.0.5:40000 -> 9.9.9.9:53 out=eth0 state=NEW': opened(closesOut, from(out, at(/--dport 53/u))),
      'udp 9.9.9.9:53 -> 10.0.0.5:40000 in=eth0 state=ESTABLISHED': opened(closesIn, from(answered)),
      'tcp 10.0.0.5:40000 -> 203.0.113.9:80 out=eth0': opened(closesOut, from(out, at(/--dport 80/u))),
      'tcp 10.0.0.5:40000 -> 203.0.113.9:443 out=eth0': opened(closesOut, from(out, at(/--dport 443/u))),
      'icmp 10.137.0.7 -> 10.0.0.5 type=echo-request in=eth0': opened(closesIn, from(at(/STDIN -p icmp/u))),
      'icmp 203.0.113.9 -> 10.0.0.5 type=echo-request in=eth0': opened(closesIn, never),
      'icmp 10.0.0.5 -> 203.0.113.9 type=echo-request out=eth0': opened(closesOut, from(at(/STDOUT -p icmp/u))),
      'tcp 127.0.0.1:40000 -> 127.0.0.1:8080 out=lo': opened(closesOut, from(at(/STDOUT -o lo/u))),
    });
  });

  it('the guide for a single host opens first and closes with its policies', async () => {
    const text = documentWith(/single-host defensive measure/u).split(/^Hardening/mu)[0]!;
    const commands = Array.from(text.matchAll(/(?<!#)sudo (ip6?tables (?:-A|--policy) .*?)(?= #| sudo |$)/gmu), ([, command]) => command!);
    const document = await scriptOf(commands);
    const closing = (family: string): string => 'A'.repeat(commands.filter((command) => command.startsWith(`${family} `)).length - 1);
    const [ipv4, ipv6] = [closing('iptables'), closing('ip6tables')];
    lineByLine(document, {
      [SSH]: `${ipv4}A`, [ANSWER]: `${ipv4}A`, [LOOPBACK]: `${ipv4}A`, 'tcp 203.0.113.9:40000 -> 10.0.0.5:80 in=eth0': `${ipv4}A`,
      'udp 10.0.0.9:5353 -> 10.0.0.5:5353 in=eth0': `${ipv4}A`, [OTHER]: `${ipv4}D`, 'tcp 203.0.113.9:40000 -> 10.0.0.5:443 in=eth0': `${ipv4}D`, [OUT]: `${ipv4}A`,
    });
    lineByLine(document, {
      'tcp [2001:db8::9]:40000 -> [2001:db8::5]:22 in=eth0': `${ipv6}A`, 'icmpv6 fe80::9 -> fe80::5 type=neighbor-solicitation in=eth0': `${ipv6}A`,
      'tcp [2001:db8::9]:40000 -> [2001:db8::5]:80 in=eth0': `${ipv6}D`, 'icmpv6 2001:db8::9 -> 2001:db8::5 type=echo-request in=eth0': `${ipv6}D`,
    }, 'ipv6');
  });
});
