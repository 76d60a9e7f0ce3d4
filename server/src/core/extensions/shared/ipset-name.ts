import { text } from '../../values/text.ts';
import type { ExternalObject } from '../definition.ts';

const LONGEST = 31;

/** The name of an ipset. */
export const ipsetName = text({
  what: 'the name of a set', placeholder: 'SET', min: 1, max: LONGEST, quoted: false,
  refuse: (name) => (name.length > LONGEST ? `\`${name}\` has ${name.length} characters; the name of a set has at most ${LONGEST}.` : undefined),
});

/** The set itself. */
export const ipset: ExternalObject = { what: 'ipset', made: '`ipset create`' };
