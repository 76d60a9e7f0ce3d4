import { fail, ok, type ValueType } from './value.ts';

/** `XX:XX:XX:XX:XX:XX`, kept in small letters with two digits a byte. */
export const macAddress: ValueType<string> = {
  placeholder: 'XX:XX:XX:XX:XX:XX',
  parse(text) {
    const bytes = text.split(':');
    if (bytes.length === 6 && bytes.every((byte) => /^[0-9a-fA-F]{1,2}$/u.test(byte))) return ok(bytes.map((byte) => byte.toLowerCase().padStart(2, '0')).join(':'));
    const digits = /^(?:[0-9a-fA-F]{2}[-.]?){5}[0-9a-fA-F]{2}$/u.test(text) ? text.replaceAll(/[-.]/gu, '') : undefined;
    return fail(`\`${text}\` is not a hardware address: six bytes with colons, such as \`00:16:3e:5e:6c:00\`.`, digits?.replaceAll(/(..)(?=.)/gu, '$1:'));
  },
  print: (value) => value,
};
