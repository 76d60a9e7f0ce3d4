import { integer } from '../../values/integer.ts';
import { queueRange } from '../../values/queue-range.ts';
import { defineTarget, flag, option, type ExtensionUse, type Problem } from '../definition.ts';
import { saveOption } from '../save.ts';

const number = option('queue-num', integer({ what: 'the number of a queue', min: 0, max: 0xffff, example: '0' }), { conflicts: ['queue-balance'] });
const balance = option('queue-balance', queueRange);
const bypass = flag('queue-bypass');
const fanout = flag('queue-cpu-fanout');

const OPTIONS = [number, balance, bypass, fanout];

function check(use: ExtensionUse): readonly Problem[] {
  const bound = use.option(fanout);
  if (bound === undefined || use.option(balance) !== undefined) return [];
  return [{ code: 'missing-option', message: '`--queue-cpu-fanout` chooses among the queues of `--queue-balance` and needs it, such as `--queue-balance 0:3 --queue-cpu-fanout`.', span: bound.span }];
}

/** A queue is always printed, also the default one. */
function save(use: ExtensionUse): readonly string[] {
  const given = OPTIONS.flatMap((spec) => use.options.filter((bound) => bound.spec === spec)).flatMap((bound) => saveOption(use, bound));
  return use.option(number) === undefined && use.option(balance) === undefined ? ['--queue-num', '0', ...given] : given;
}

export default defineTarget({
  name: 'NFQUEUE',
  families: ['ipv4', 'ipv6'],
  terminating: true,
  options: OPTIONS,
  check,
  save,
  action: (use) => {
    const bypassed = use.option(bypass) !== undefined;
    return { apply: () => (bypassed ? { kind: 'queue', bypass: true } : { kind: 'queue' }) };
  },
  result: () => ({ outcomes: ['queue'], rewrites: [] }),
});
