import { utf8Length } from '../text.ts';
import { fail, ok, type Parsed, type ValueType } from './value.ts';

/** Linux keeps interface names below 16 bytes. */
export const INTERFACE_LIMIT = 15;

/** `NAME[+]` of `-i` and `-o`; a trailing `+` stands for every name that begins so. */
export const interfaceName: ValueType<string> = {
  placeholder: 'NAME[+]',
  parse: (text) => (text === '' ? fail('The name of an interface is missing; write one such as `eth0`, or `+` for every interface.', '+') : readName(text)),
  print: (name) => name,
  complete: () => [
    { text: 'lo', detail: 'loopback interface' },
    { text: 'eth0', detail: 'first Ethernet interface' },
    { text: 'eth+', detail: 'every interface whose name begins with eth' },
    { text: 'wlan0', detail: 'first wireless interface' },
    { text: 'docker0', detail: 'Docker\'s default bridge' },
    { text: 'tun+', detail: 'every tunnel' },
    { text: 'wg0', detail: 'first WireGuard interface' },
  ],
  hover: (name) => describe(name),
};

/** The same for physdev, where an empty name is taken and says nothing. */
export const bridgePort: ValueType<string> = {
  ...interfaceName,
  parse: (text) => (text === '' ? ok('', 'An empty name matches every bridge port.') : readName(text)),
};

function readName(text: string): Parsed<string> {
  const bytes = utf8Length(text);
  if (bytes > INTERFACE_LIMIT) return fail(`\`${text}\` has ${bytes} characters; an interface name has at most ${INTERFACE_LIMIT}, a trailing \`+\` included.`);
  return ok(text, oddity(text));
}

/** Names that iptables takes as they stand although no interface can be called so, or somebody meant a pattern. */
function oddity(text: string): string | undefined {
  if (/[/\s]/u.test(text)) return `No interface can be called \`${text}\`: names have neither blanks nor \`/\`.`;
  if (text.endsWith('*')) return `\`*\` has no meaning here; for every interface that begins with \`${text.slice(0, -1)}\` write \`${text.slice(0, -1)}+\`.`;
  if (text.includes(',')) return `\`${text}\` is read as one name; each interface needs a rule of its own.`;
  if (text.startsWith('!')) return `\`${text}\` is read as a name; to negate, write \`!\` before the option: \`! -i ${text.slice(1)}\`.`;
  return undefined;
}

function describe(name: string): string | undefined {
  if (name === '+') return 'Every interface.';
  if (name.endsWith('+')) return `Every interface whose name begins with \`${name.slice(0, -1)}\`.`;
  return name === 'lo' ? 'The loopback interface.' : undefined;
}

/** Whether an interface is one that the pattern names; the kernel's own comparison, where `+` alone fits even no interface. */
export function interfaceFits(pattern: string, name: string): boolean {
  return pattern.endsWith('+') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
}
