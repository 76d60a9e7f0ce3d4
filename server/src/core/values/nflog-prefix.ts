import { utf8Length } from '../text.ts';
import { quote } from './text.ts';
import { fail, ok, type ValueType } from './value.ts';

/** Bytes of a prefix that iptables-legacy hands to the kernel. */
const LEGACY_MAX = 63;

/** Text before an NFLOG message; iptables-nft keeps all of it, iptables-legacy cuts it after 63 bytes (seen in 1.8.9). */
export const nflogPrefix: ValueType<string> = {
  placeholder: 'TEXT',
  parse(text) {
    if (text === '') return fail('The prefix can\'t be empty; leave `--nflog-prefix` out for messages without one.');
    if (text.includes('\n')) return fail('The prefix can\'t hold a line break.');
    const bytes = utf8Length(text);
    return ok(text, bytes > LEGACY_MAX ? `The prefix has ${bytes} bytes; iptables-legacy keeps the first ${LEGACY_MAX} without a word.` : undefined);
  },
  print: quote,
};
