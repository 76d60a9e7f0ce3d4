import assert from 'node:assert/strict';
import type { Backend, Family } from '../../server/src/core/netfilter.ts';
import { saveRuleset } from '../../server/src/core/ruleset/save.ts';
import { openDocument } from '../support/document.ts';
import { generateRuleset } from './generate.ts';
import { BACKENDS } from '../support/programs.ts';
import { askShell, describeWithPrograms, programOf, quoted } from './namespace.ts';
import { neighbourhoodOf } from './neighbourhood.ts';
import { Random } from './random.ts';

const RULESETS = 15;

/** What iptables-save prints after the ruleset was loaded into a kernel of its own. */
function loadAndSave(ruleset: string, program: string, ipsets = ''): string[] {
  const sets = ipsets.split('\n').filter((command) => command !== '').map((command) => `ipset ${command}`);
  const [saved] = askShell([...sets, `printf '%s' ${quoted(ruleset)} | ${program}-restore && ${program}-save; printf '\\0'`]);
  return saved!.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
}

/** Without the rules that want objects which another program makes. */
const withoutObjects = (ruleset: string): string => ruleset.split('\n').filter((line) => !/-m nfacct|CT --timeout/u.test(line)).join('\n');

async function print(ruleset: string, family: Family, backend: Backend): Promise<string[]> {
  const document = await openDocument(ruleset, family === 'ipv6' ? 'rules.v6' : 'rules.v4');
  document.setFamily(family);
  return saveRuleset(document.ruleset(), backend).map(({ text }) => text);
}

describeWithPrograms('what we print is what iptables-save prints', () => {
  for (const backend of BACKENDS) {
    it(`${RULESETS} random rulesets (${backend})`, async () => {
      for (let seed = 1; seed <= RULESETS; seed++) {
        const family = seed % 3 === 0 ? 'ipv6' : 'ipv4';
        const ruleset = withoutObjects(generateRuleset(new Random(seed), family, { timed: seed % 2 === 0 }));
        // A kernel for each: iptables-legacy lists tables by when they were touched.
        assert.deepEqual(await print(ruleset, family, backend), loadAndSave(ruleset, programOf(family, backend), neighbourhoodOf(family).ipsets), `seed ${seed}`);
      }
    });
  }

  for (const backend of BACKENDS) {
    it(`rules that iptables-nft joins and iptables-legacy forgets (${backend})`, async () => {
      const ruleset = `*filter\n${ODD.map((rule) => `-A INPUT ${rule}\n`).join('')}COMMIT\n`;
      assert.deepEqual(await print(ruleset, 'ipv4', backend), loadAndSave(ruleset, programOf('ipv4', backend)));
    });
  }
});

/** Headers, and matches beside each other, whose printed form is not that of their parts. */
const ODD = [
  '-i + -j ACCEPT', '! -i + -j ACCEPT', '-i eth0 -s 10.0.0.1 ! -d 10.1.0.0/16 -p udp -f', '-s 10.0.0.0/255.0.255.0', '-s 0.0.0.0/0', '-s 1.2.3.4/0.0.255.0', '! -f -p 253',
  '-p tcp -m tcp', '-p tcp -m tcp ! --dport 0:65535', '-p tcp -m tcp ! --sport 0:65535 --dport 5', '-p tcp -m tcp ! --tcp-flags NONE NONE', '-p udp -m udp ! --dport 0:65535 -m udp --sport 3',
  '-p tcp ! --syn -m tcp --dport 3', '-p tcp -m tcp --dport 3 -m comment --comment x -m tcp --sport 4', '-p udp -m udp --dport 3 -m udp --dport 4',
  '-p tcp -m tcp --tcp-option 3 -m tcp --dport 5', '-p tcp -m tcp --dport 0:65535 -m tcp --tcp-option 3', '-p tcp -m tcp --syn -m mark --mark 3 -m tcp --sport 4 -m tcp',
  '-p tcp -m tcp --syn -m tcp ! --syn', '-p tcp -m tcp -m comment --comment x -m tcp --dport 3', '-p tcp --dport 3 -m multiport --sports 3 --sport 5',
  '-p tcp -m tcp ! --dport 0:1000 ! --sport 0:5', '-p udp ! --dport 0:65534', '-p tcp ! --dport 1000:65535', '-p tcp ! --dport 0', '-p udp ! --sport 7:9 ! --dport 5',
  '-m tcp -p tcp --dport 0:65535 -m tcp --dport 7', '-p tcp -m tcp --syn -m tcp --tcp-flags SYN SYN',
];
