import { utf8Length } from '../../text.ts';
import { ledDelay } from '../../values/led-delay.ts';
import { fail } from '../../values/value.ts';
import { text } from '../../values/text.ts';
import { defineTarget, flag, option, type ExtensionUse } from '../definition.ts';
import { saveOption } from '../save.ts';
import { PASSES } from '../shared/packet-sets.ts';

const LONGEST_NAME = 16;

const name = text({ what: 'the name of a trigger', placeholder: 'NAME', max: LONGEST_NAME });
const trigger = option<string>('led-trigger-id', {
  ...name,
  parse: (given, context) => {
    const bytes = utf8Length(given);
    return bytes > LONGEST_NAME ? fail(`The trigger \`${given}\` has ${bytes} bytes; iptables takes at most ${LONGEST_NAME}.`) : name.parse(given, context);
  },
  // iptables-save puts it in quotes always.
  print: (value) => `"${value.replaceAll(/["\\']/gu, '\\$&')}"`,
});
const delay = option('led-delay', ledDelay);
const alwaysBlink = flag('led-always-blink');

const save = (use: ExtensionUse): readonly string[] => [trigger, delay, alwaysBlink].flatMap((spec) =>
  use.options.filter((bound) => bound.spec === spec && bound.value !== 0).flatMap((bound) => saveOption(use, bound)));

export default defineTarget({
  name: 'LED',
  families: ['ipv4', 'ipv6'],
  terminating: false,
  options: [trigger, delay, alwaysBlink],
  requires: [[trigger.name]],
  save,
  action: () => ({ apply: () => ({ kind: 'continue' }) }),
  result: () => PASSES,
});
