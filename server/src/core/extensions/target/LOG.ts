import { logLevel } from '../../values/log-level.ts';
import { text } from '../../values/text.ts';
import { defineTarget, flag, option, type ExtensionUse } from '../definition.ts';
import { saveOption } from '../save.ts';
import { PASSES } from '../shared/packet-sets.ts';

const prefix = option('log-prefix', text({ what: 'a log prefix', placeholder: 'TEXT', min: 1, max: 29, oneLine: true }));
const level = option('log-level', logLevel);
const flags = ['log-tcp-sequence', 'log-tcp-options', 'log-ip-options', 'log-uid', 'log-macdecode'].map((name) => flag(name));
const options = [prefix, level, ...flags];

const DEFAULT_LEVEL = 4;

/** The default level is not printed. */
const save = (use: ExtensionUse): readonly string[] => options.flatMap((spec) => use.options.filter((bound) => bound.spec === spec))
  .filter(({ spec, value }) => spec !== level || value !== DEFAULT_LEVEL).flatMap((bound) => saveOption(use, bound));

export default defineTarget({
  name: 'LOG', families: ['ipv4', 'ipv6'], terminating: false, options, save, action: () => ({ apply: () => ({ kind: 'continue' }) }),
  result: () => PASSES,
});
