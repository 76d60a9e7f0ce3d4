import { flowBurst, flowRate, printBurst } from '../../../server/src/core/values/flow-rate.ts';
import assert from 'node:assert/strict';
import { identity } from '../../../server/src/core/values/identity.ts';
import { integer, integerRange } from '../../../server/src/core/values/integer.ts';
import { markBits, markMatch, markSet } from '../../../server/src/core/values/mark.ts';
import { prefixLengthType } from '../../../server/src/core/values/prefix-length.ts';
import { probability } from '../../../server/src/core/values/probability.ts';
import { rate } from '../../../server/src/core/values/rate.ts';
import { text } from '../../../server/src/core/values/text.ts';
import { refuses, takes, warns } from './check.ts';

describe('amounts', () => {
  it('of whole numbers and ranges', () => {
    takes(integer({ what: 'a TTL', min: 0, max: 255, example: '64' }), { '0': '0', '255': '255', '0x40': '64', '+5': '5', ' 5': '5', '07': '7' });
    warns(integer({ what: 'a TTL', min: 0, max: 255, example: '64' }), { '010': ['8', /octal/u] });
    refuses(integer({ what: 'a TTL', min: 1, max: 255, example: '64' }), { '256': [/the most is 255/u, '255'], '0': [/the least is 1/u, '1'], '-1': [/not a TTL/u], '': [/not a TTL/u], '64s': [/not a TTL/u, '64'], '08': [/not a TTL/u, '8'] });
    const range = integerRange({ what: 'a packet length', max: 65535, example: '40:1500' });
    takes(range, { '100': '100', '100:': '100:65535', ':100': '0:100', '5:5': '5', '0x10': '16' });
    warns(range, { '200:100': ['200:100', /reversed/u], '': ['0', /read as 0/u] });
    refuses(range, { '1:2:3': [/more than two parts/u], '65536': [/the most is 65535/u, '65535'], '100-200': [/not a packet length/u, '100:200'] });
  });

  it('of rates: what is printed is the interval that they come to', () => {
    takes(rate(10_000), { '5/sec': '5/sec', '5': '5/sec', '5/M': '5/min', '60/minute': '1/sec', '90/minute': '90/min', '24/day': '1/hour', '25/day': '25/day', '10001/min': '169/sec', '600000/min': '10000/sec', '010/s': '10/sec' });
    warns(rate(10_000), { '1.5/s': ['1/sec', /whole numbers/u] });
    refuses(rate(10_000), { '10001/s': [/`10000\/second`, the fastest rate/u, '10000/second'], '0/s': [/not a rate/u], '-1/s': [/negative/u], '5/': [/no time unit/u], '5/mins': [/no time unit/u, '5/minute'], '5/week': [/no time unit/u], '': [/not a rate/u], '0x10/s': [/not a rate/u] });
  });

  it('of rates of flows, in packets or in bytes', () => {
    takes(flowRate, { '5/s': '5/sec', '120/min': '2/sec', '1000000/s': '1000000/sec', '512kb/s': '512kb/s', '512b/second': '512b/s', '1024b/s': '1kb/s', '2mb/s': '2mb/s', '1040b/s': '1040b/s', '1025kb/s': '1025kb/s', '300mb/s': '300mb/s' });
    warns(flowRate, { '2000mb/s': ['2047mb/s', /rounds/u], '512Mb/s': ['512b/s', /not a unit/u] });
    refuses(flowRate, { '0kb/s': [/lets nothing through/u], '1000001/s': [/too fast/u, '1000000/second'] });
    takes(flowBurst, { '10': '10', '0x10': '16', '5kb': '5120', '1mb': '1048576' });
    refuses(flowBurst, { '0': [/least is 1/u, '1'], ten: [/not a burst/u] });
    const cost = (bytes: string): number => {
      const parsed = flowRate.parse(bytes, { family: 'ipv4' });
      assert.ok(parsed.ok && parsed.value.kind === 'bytes');
      return parsed.value.cost;
    };
    assert.deepEqual([printBurst(700 * 1024, cost('512kb/s')), printBurst(3000, cost('1500b/s')), printBurst(1024, cost('16b/s'))], ['1mb', '4kb', '1kb']);
  });

  it('of marks', () => {
    takes(markMatch, { '1': '0x1', '0x1/0x3': '0x1/0x3', '4294967295/4294967295': '0xffffffff', '0/0': '0x0/0x0' });
    warns(markMatch, { '010/0xff': ['0x8/0xff', /octal/u] });
    takes(markSet, { '1': '0x1/0xffffffff', '0x10/0x3': '0x10/0x3' });
    takes(markBits, { '0xff': '0xff' });
    warns(markMatch, { '0x1f/0x1': ['0x1f/0x1', /No mark equals/u] });
    refuses(markMatch, { '0x100000000': [/32 bits/u], '1/': [/empty part/u], ff: [/without `0x`/u, '0xff'], '-1': [/not a mark/u], '1,2': [/not a mark/u] });
    refuses(markBits, { '0xff/0xf': [/does not take/u, '0xff'] });
  });

  it('of chance, owners and prefixes', () => {
    takes(probability, { '0.5': '0.50000000000', '.25': '0.25000000000', '0.3': '0.29999999981', '1e-1': '0.10000000009', '1': '1.00000000000' });
    refuses(probability, { '1.1': [/above 1/u], '33%': [/from 0 to 1/u, '0.33'], '-0.1': [/not a probability/u], '': [/not a probability/u] });
    takes(identity('user'), { root: '0', '1000': '1000', '1000-1999': '1000-1999', '1000:1999': '1000-1999', '5-5': '5', '0x10': '16' });
    warns(identity('user'), { 'www-data': ['www-data', /looked up/u] });
    refuses(identity('group'), { '1999-1000': [/reversed/u, '1000-1999'], '4294967295': [/above 4294967294/u], '-1': [/not a group/u], '': [/not a group/u] });
    takes(prefixLengthType('refused'), { '24': '24', '255.255.0.0': '16', '0': '0' });
    refuses(prefixLengthType('refused'), { '33': [/refuses/u, '32'], foo: [/not a prefix length/u] });
    warns(prefixLengthType('whole'), { '33': ['32', /as \/32/u] });
    takes(prefixLengthType('refused'), { '64': '64' }, { family: 'ipv6' });
  });

  it('of text, in bytes', () => {
    const prefix = text({ what: 'a log prefix', placeholder: 'TEXT', min: 1, max: 4, oneLine: true });
    takes(prefix, { abcd: 'abcd', 'a b': '"a b"', 'a"b': '"a\\"b"', 'a\'b': '"a\\\'b"', 'a-_9': 'a-_9' });
    warns(prefix, { abcde: ['abcd', /at most 4 bytes; this one has 5/u], 'äöü': ['"äö"', /has 6/u] });
    refuses(prefix, { '': [/can't be empty/u], 'a\nb': [/line break/u] });
  });
});
