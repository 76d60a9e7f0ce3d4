import { fail, ok, shown, type ValueType } from './value.ts';

/** A byte of at most two characters, as strtoul reads them: digits may be missing, or have a blank or sign before them. Seen in iptables. */
function readByte(text: string): string | undefined {
  const match = /^(?:|[0-9a-f]{1,2}|([ \t+-])([0-9a-f]))$/iu.exec(text);
  if (match === null) return undefined;
  const number = Number.parseInt(match[2] ?? (text || '0'), 16);
  return ((match[1] === '-' ? -number : number) & 0xff).toString(16).padStart(2, '0');
}

/** What was hardly meant: bytes without digits, or with something else beside them. */
function mistaken(text: string, parts: readonly string[], bytes: readonly string[]): string | undefined {
  return parts.every((part) => /^[0-9a-f]+$/iu.test(part)) ? undefined : `iptables reads \`${text}\` as \`${bytes.join(':')}\`; write each of the six bytes.`;
}

/** `XX:XX:XX:XX:XX:XX`, kept in small letters with two digits a byte. */
export const macAddress: ValueType<string> = {
  placeholder: 'XX:XX:XX:XX:XX:XX',
  parse(text) {
    const parts = text.split(':');
    const bytes = parts.map(readByte).filter((byte) => byte !== undefined);
    if (parts.length === 6 && bytes.length === 6) return ok(bytes.join(':'), mistaken(text, parts, bytes));
    const digits = /^(?:[0-9a-fA-F]{2}[-.]?){5}[0-9a-fA-F]{2}$/u.test(text) ? text.replaceAll(/[-.]/gu, '') : undefined;
    return fail(`${shown(text)} is not a hardware address: six bytes with colons, such as \`00:16:3e:5e:6c:00\`.`, digits?.replaceAll(/(..)(?=.)/gu, '$1:'));
  },
  print: (value) => value,
};
