import { choice, type Choice } from './choice.ts';
import { integer } from './integer.ts';
import type { ValueType } from './value.ts';

/** Levels of the kernel log; 4 is LOG's default. */
const LEVELS: readonly Choice<number>[] = [
  { name: 'emerg', aliases: ['panic'], value: 0, detail: '0: the system is unusable' },
  { name: 'alert', value: 1, detail: '1: somebody must act at once' },
  { name: 'crit', value: 2, detail: '2: critical' },
  { name: 'error', value: 3, detail: '3: an error' },
  { name: 'warning', value: 4, detail: '4: a warning (the default)' },
  { name: 'notice', value: 5, detail: '5: normal but significant' },
  { name: 'info', value: 6, detail: '6: informational' },
  { name: 'debug', value: 7, detail: '7: for debugging' },
];

/** What syslog calls the levels and iptables does not. */
const ELSEWHERE: ReadonlyMap<string, string> = new Map([['err', 'error'], ['warn', 'warning'], ['emergency', 'emerg'], ['critical', 'crit'], ['information', 'info']]);

const words = choice<number>({ what: 'a log level', placeholder: 'LEVEL', choices: LEVELS });
const numbers = integer({ what: 'a log level', min: 0, max: 7, example: '4' });

/** `LEVEL` by number or by name in full; iptables-save prints the number. */
export const logLevel: ValueType<number> = {
  ...words,
  parse(text, context) {
    if (/^\s*[+0-9]/u.test(text)) return numbers.parse(text, context);
    const suggestion = ELSEWHERE.get(text.toLowerCase()) ?? LEVELS.find(({ name }) => name === text.toLowerCase())?.name;
    const parsed = words.parse(text, context);
    return parsed.ok || suggestion === undefined ? parsed : { ok: false, message: `\`${text}\` is not what iptables calls the level; write \`${suggestion}\`.`, suggestion };
  },
  print: String,
};
