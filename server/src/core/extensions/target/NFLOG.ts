import { integer } from '../../values/integer.ts';
import { nflogPrefix } from '../../values/nflog-prefix.ts';
import { defineTarget, option, type ExtensionUse, type Problem } from '../definition.ts';
import { saveOption } from '../save.ts';
import { PASSES } from '../shared/packet-sets.ts';

const prefix = option('nflog-prefix', nflogPrefix);
const group = option('nflog-group', integer({ what: 'an NFLOG group', min: 0, max: 0xffff, example: '5', placeholder: 'GROUP' }));
const range = option('nflog-range', integer({ what: 'a number of bytes', min: 0, max: 0xffffffff, example: '128', placeholder: 'BYTES' }), { conflicts: ['nflog-size'] });
const size = option('nflog-size', integer({ what: 'a number of bytes', min: 0, max: 0xffffffff, example: '128', placeholder: 'BYTES' }));
const threshold = option('nflog-threshold', integer({ what: 'a number of packets', min: 0, max: 0xffff, example: '10', placeholder: 'PACKETS' }));

/** Options whose 0 is the default, which iptables-save leaves out. */
const ZERO_IS_DEFAULT: ReadonlySet<string> = new Set([group.name, range.name, threshold.name]);

function save(use: ExtensionUse): readonly string[] {
  return [prefix, group, range, size, threshold].flatMap((spec) => {
    const bound = use.options.find((each) => each.spec === spec);
    return bound === undefined || (bound.value === 0 && ZERO_IS_DEFAULT.has(spec.name)) ? [] : saveOption(use, bound);
  });
}

function check(use: ExtensionUse): readonly Problem[] {
  const given = use.option(range);
  if (given === undefined || use.option(size) !== undefined) return [];
  return [{
    code: 'deprecated-spelling', accepted: true, span: given.nameSpan,
    message: '`--nflog-range` has never had any effect, and iptables-nft forgets it; `--nflog-size` limits the bytes that are logged.',
    fix: { title: 'Write --nflog-size', span: given.nameSpan, newText: '--nflog-size', safe: false },
  }];
}

export default defineTarget({
  name: 'NFLOG',
  families: ['ipv4', 'ipv6'],
  terminating: false,
  options: [prefix, group, range, size, threshold],
  check,
  save,
  action: () => ({ apply: () => ({ kind: 'continue' }) }),
  result: () => PASSES,
});
