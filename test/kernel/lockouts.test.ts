import assert from 'node:assert/strict';
import type { Packet } from '../../server/src/core/engine/packet.ts';
import type { Backend } from '../../server/src/core/engine/traversal.ts';
import { addressText } from '../../server/src/core/engine/wording.ts';
import type { Family } from '../../server/src/core/netfilter.ts';
import { parsePacket } from '../../server/src/core/notation/parse.ts';
import { saveRuleset } from '../../server/src/core/ruleset/save.ts';
import { printTcpFlags } from '../../server/src/core/values/tcp-flags.ts';
import { DEFAULT_CHECK_SETTINGS, type Finding } from '../../server/src/rules/rule.ts';
import { RULES } from '../../server/src/rules/rules.generated.ts';
import { Diagnostics } from '../../server/src/rules/run.ts';
import { askPrograms, runScripts } from '../support/programs.ts';
import { fixed, open } from '../unit/rules/check.ts';
import type { KernelOracle } from './client.ts';
import { LOCKOUTS, type Lockout } from './lockouts.ts';
import type { OraclePacket } from './protocol.ts';
import { describeWithKernel } from './support.ts';

const CHECKS = RULES.filter(({ code }) => code.startsWith('lockout-'));

function findingsIn(text: string, { name, management = [] }: Lockout): readonly Finding[] {
  return new Diagnostics(open(text, name), () => ({ settings: { ...DEFAULT_CHECK_SETTINGS, management } }), CHECKS).complete();
}

const isScript = ({ name }: Lockout): boolean => name.endsWith('.sh');

/** What the kernel holds: the file as it stands, or what a script has made of it behind a line, or at its end. */
function loaded(text: string, given: Lockout, family: Family, backend: Backend, behind?: number): string {
  if (!isScript(given)) return text;
  return saveRuleset(open(text, given.name).ruleset(family, backend, behind), backend).map((line) => `${line.text}\n`).join('');
}

function oraclePacket({ path, in: incoming, out, source, destination, protocol, sourcePort, destinationPort, tcpFlags, icmpType, icmpCode, state, ttl, mark }: Packet): OraclePacket {
  return {
    path, src: addressText(source!), dst: addressText(destination!), proto: protocol!,
    ...(path === 'out' ? { local: true, ...(out === undefined ? {} : { out_iface: out }) } : { in_iface: incoming ?? 'eth0' }),
    ...(sourcePort === undefined ? {} : { sport: sourcePort, dport: destinationPort! }), ...(tcpFlags === undefined ? {} : { flags: printTcpFlags(tcpFlags) }),
    ...(icmpType === undefined ? {} : { type: icmpType, code: icmpCode ?? 0 }), ...(state === undefined || state === 'NEW' ? {} : { ctstate: state }),
    ...(ttl === undefined ? {} : { ttl }), ...(mark === undefined || mark === 0 ? {} : { mark }),
  };
}

/** What the kernel does with the packet in each of the states. */
async function verdicts(oracle: KernelOracle, packet: Packet, rulesets: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for (const ruleset of rulesets) {
    const reply = await oracle.ask({ ruleset, family: packet.family === 'ipv4' ? 4 : 6, packets: [oraclePacket(packet)], conntrack: 'on' });
    assert.ok(reply.ok, `${reply.error}\n${ruleset}`);
    found.push(reply.packets![0]!.error ?? reply.packets![0]!.verdict);
  }
  return found;
}

/** Asserts that the real programs take the file, by restoring it or by running it. */
async function assertTaken(text: string, given: Lockout, family: Family, backend: Backend): Promise<void> {
  const [reply] = isScript(given)
    // The shell that runs it is root's already.
    ? await runScripts([`(set -e\nsudo() { "$@"; }\n${text.replaceAll(/\b(ip6?tables)(?= )/gu, `$1-${backend}`)})`])
    : await askPrograms([{ family, backend, ruleset: text }]);
  assert.deepEqual(reply, { status: 0, output: reply!.output }, `${reply!.output}\n${text}`);
}

describeWithKernel('fixes of lockouts', (backend, oracle) => {
  for (const given of LOCKOUTS) {
    it(`let in what the kernel stopped: ${given.code}, ${given.style}`, async () => {
      const finding = findingsIn(given.text, given).find(({ code }) => code === given.code);
      assert.ok(finding?.packet !== undefined && finding.fixes?.length === 1, 'no finding with a packet and a fix');
      const parsed = parsePacket(finding.packet, open(given.text, given.name).family);
      assert.ok(parsed.ok);
      const { packet } = parsed;
      const before = loaded(given.text, given, packet.family, backend, finding.packetAfter?.number);
      assert.match((await verdicts(oracle(), packet, [before]))[0]!, /^(DROP|REJECT)$/u, `${finding.packet}\n${before}`);

      const text = fixed(given.text, finding.fixes[0]!, given.name);
      assert.deepEqual(findingsIn(text, given).filter(({ code }) => code === given.code).map(({ message }) => message), [], text);
      await assertTaken(text, given, packet.family, backend);
      // What cuts a connection off between two commands must not do so behind any of them.
      const moments = finding.packetAfter === undefined ? [undefined] : [...text.split('\n').keys()].filter((line) => line >= given.from!);
      const after = moments.map((line) => loaded(text, given, packet.family, backend, line));
      assert.deepEqual(await verdicts(oracle(), packet, after), after.map(() => 'ACCEPT'), `${finding.packet}\n${text}`);
    });
  }
});
