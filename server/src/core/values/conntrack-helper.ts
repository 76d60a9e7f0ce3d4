import type { Family } from '../netfilter.ts';
import { didYouMean } from './spelling.ts';
import { text } from './text.ts';
import { lookedUp, type ValueType } from './value.ts';

/** A conntrack helper of the kernel: the protocol that its rule's `-p` has to name, and its families. Seen in the kernel. */
export interface ConntrackHelper {
  readonly name: string;
  readonly protocols: readonly ('tcp' | 'udp')[];
  readonly families: readonly Family[];
  readonly detail: string;
}

const BOTH: readonly Family[] = ['ipv4', 'ipv6'];

/** The helpers that Linux comes with; others can be added by modules and by user space. */
const HELPERS: readonly ConntrackHelper[] = [
  { name: 'amanda', protocols: ['udp'], families: BOTH, detail: 'Amanda backups' },
  { name: 'ftp', protocols: ['tcp'], families: BOTH, detail: 'FTP data connections' },
  { name: 'H.245', protocols: ['udp'], families: BOTH, detail: 'H.323 media control' },
  { name: 'irc', protocols: ['tcp'], families: ['ipv4'], detail: 'IRC direct transfers' },
  { name: 'netbios-ns', protocols: ['udp'], families: ['ipv4'], detail: 'answers to NetBIOS broadcasts' },
  { name: 'pptp', protocols: ['tcp'], families: ['ipv4'], detail: 'GRE tunnels of PPTP' },
  { name: 'Q.931', protocols: ['tcp'], families: BOTH, detail: 'H.323 calls' },
  { name: 'RAS', protocols: ['udp'], families: BOTH, detail: 'H.323 gatekeepers' },
  { name: 'sane', protocols: ['tcp'], families: BOTH, detail: 'scanners by SANE' },
  { name: 'sip', protocols: ['tcp', 'udp'], families: BOTH, detail: 'SIP calls' },
  { name: 'snmp', protocols: ['udp'], families: ['ipv4'], detail: 'answers to SNMP broadcasts' },
  { name: 'snmp_trap', protocols: ['udp'], families: ['ipv4'], detail: 'addresses inside SNMP traps' },
  { name: 'tftp', protocols: ['udp'], families: BOTH, detail: 'TFTP transfers' },
];

const free = text({ what: 'the name of a helper', placeholder: 'NAME', max: 15, quoted: false });

/** The name of a conntrack helper, of which the kernel keeps 15 bytes. */
export const conntrackHelper: ValueType<string> = {
  ...free,
  parse(given, context) {
    const parsed = free.parse(given, context);
    if (!parsed.ok || parsed.value === '' || findHelper(parsed.value) !== undefined) return parsed;
    const { hint } = didYouMean(parsed.value, HELPERS.map(({ name }) => name));
    return lookedUp(parsed.value, parsed.warning ?? `The kernel brings no helper \`${parsed.value}\`, and refuses the rule where no module or \`nfct helper add\` has made it before.${hint}`);
  },
  complete: ({ family }) => HELPERS.filter(({ families }) => families.includes(family)).map(({ name, protocols, detail }) => ({ text: name, detail: `${detail} (${protocols.join(', ')})` })),
  hover: (name) => findHelper(name)?.detail,
};

/** The kernel's own helper of that name; undefined for those that others bring. */
export function findHelper(name: string): ConntrackHelper | undefined {
  return HELPERS.find((helper) => helper.name === name);
}
