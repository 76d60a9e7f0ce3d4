import assert from 'node:assert/strict';
import { traceText } from '../../../server/src/cli/trace.ts';
import { resultText, SPELLED_OUT } from '../../../server/src/features/support/fates.ts';
import { marksOf, rulesetsOf } from '../../../server/src/features/support/marks.ts';
import { parsePacket } from '../../../server/src/core/notation/parse.ts';
import { openDocument } from '../../support/document.ts';
import { run } from '../engine/run.ts';

const PACKET = 'udp 1.1.1.1:1 -> 9.9.9.9:2 in=eth0';
const filter = (...rules: string[]): string => ['*filter', ':INPUT DROP [0:0]', ...rules, 'COMMIT', ''].join('\n');
const holding = (word: string, target: string): string => `-A INPUT -m string --algo bm --string ${word} -j ${target}`;
const REJECTIONS = ['icmp-net-unreachable', 'icmp-host-unreachable', 'icmp-proto-unreachable', 'icmp-port-unreachable', 'icmp-net-prohibited', 'icmp-host-prohibited'];
/** Seven fates: one for each type of REJECT, and the policy's. */
const MANY = filter(...REJECTIONS.map((type, index) => holding(`w${index}`, `REJECT --reject-with ${type}`)));

describe('the fates of a packet', () => {
  it('are one where it is known', async () => {
    const [result] = await run(filter('-A INPUT -p udp -j ACCEPT'), [PACKET]);
    assert.equal(resultText(result!), 'ACCEPT');
  });

  it('are told apart by what they depend on', async () => {
    const [result] = await run(filter(holding('GET', 'ACCEPT')), [PACKET]);
    assert.equal(resultText(result!), 'ACCEPT if the packet holds "GET"; DROP by the policy of filter INPUT otherwise');
  });

  it('count the ways that lead to the same', async () => {
    const [result] = await run(filter(holding('GET', 'ACCEPT'), holding('PUT', 'ACCEPT')), [PACKET]);
    assert.equal(resultText(result!), 'ACCEPT if the packet holds "GET", or in 1 other way; DROP by the policy of filter INPUT otherwise');
  });

  it('are spelled out up to a handful, the rest is counted', async () => {
    const [result] = await run(MANY, [PACKET]);
    const parts = resultText(result!).split('; ');
    assert.equal(parts.length, SPELLED_OUT + 1);
    assert.match(parts[0]!, /^REJECT with icmp-net-unreachable if the packet holds "w0"$/u);
    assert.equal(parts.at(-1), 'and 2 more possible fates');
  });

  it('are counted in traces too', async () => {
    const [result] = await run(MANY, [PACKET]);
    const parsed = parsePacket(PACKET, 'ipv4');
    assert.ok(parsed.ok);
    const text = traceText(result!, parsed.packet);
    assert.equal(text.match(/^ {2}■/gmu)!.length, SPELLED_OUT);
    assert.match(text, /\nand 2 more possible fates\n$/u);
  });

  it('are counted behind the line on which more than a handful of them end', async () => {
    // Every course leaves by the same policy, with a mark of its own.
    const marks = ['1', '2', '4'].map((bit) => `-A INPUT -m string --algo bm --string w${bit} -j MARK --or-mark ${bit}`);
    const text = filter(...marks).replace(':INPUT DROP', ':INPUT ACCEPT');
    const [result] = await run(text, [PACKET]);
    const document = await openDocument(text, 'rules.v4');
    const mark = marksOf(result!, rulesetsOf(document, { at: undefined, run: undefined }), { unmatched: false }).find(({ line }) => line.text.startsWith(':INPUT'))!;
    assert.match(mark.label, / {2}and 3 more ends$/u);
    assert.equal(mark.tooltip!.split('\n\n---\n\n').length, SPELLED_OUT + 1);
  });
});
