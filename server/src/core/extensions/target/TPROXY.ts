import { hostAddress } from '../../values/host-address.ts';
import { MARK_ALL, markSet } from '../../values/mark.ts';
import { proxyPort } from '../../values/proxy-port.ts';
import { defineTarget, option, type ExtensionUse } from '../definition.ts';
import { change } from '../shared/bits.ts';

const port = option('on-port', proxyPort);
const address = option('on-ip', hostAddress);
const mark = option('tproxy-mark', markSet);

/** All three are printed, also where nothing was written. */
function save(use: ExtensionUse): readonly string[] {
  const context = { family: use.family };
  const [number, ip, bits] = [use.option(port)?.value, use.option(address)?.value, use.option(mark)?.value];
  if (number === undefined) return [];
  return [
    '--on-port', String(number), '--on-ip', ip === undefined ? (use.family === 'ipv4' ? '0.0.0.0' : '::') : hostAddress.print(ip, context),
    '--tproxy-mark', bits === undefined ? '0x0/0x0' : markSet.print(bits, context),
  ];
}

export default defineTarget({
  name: 'TPROXY',
  families: ['ipv4', 'ipv6'],
  terminating: true,
  tables: ['mangle'],
  hooks: ['PREROUTING'],
  protocols: [6, 17],
  options: [port, address, mark],
  requires: [[port.name]],
  save,
  action: (use) => {
    const wanted = use.option(port)!.value;
    const listens = `a program listens transparently on ${wanted === 0 ? 'its own port' : `port ${wanted}`}`;
    const bits = use.option(mark)?.value;
    return { apply: () => ({ kind: 'proxy', listens, mark: (before) => (bits === undefined ? before : change(before, bits, MARK_ALL)) }) };
  },
});
