import { choice } from './choice.ts';
import { readInteger } from './integer.ts';
import type { ValueType } from './value.ts';

const NAMES: ReadonlyMap<number, string> = new Map([[50, 'esp'], [51, 'ah'], [108, 'ipcomp']]);

const words = choice<string>({
  what: 'a protocol of IPsec', placeholder: 'esp|ah|ipcomp',
  choices: [
    { name: 'esp', value: 'esp', detail: 'encrypted payload' }, { name: 'ah', value: 'ah', detail: 'authentication header' },
    { name: 'ipcomp', value: 'ipcomp', detail: 'compressed payload' },
  ],
});

/** A protocol of IPsec by its name in small letters, or by its number. */
export const ipsecProtocol: ValueType<string> = {
  ...words,
  parse: (text, context) => words.parse(NAMES.get(readInteger(text) ?? 0) ?? text, context),
};
