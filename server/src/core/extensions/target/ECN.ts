import { PROTOCOL } from '../../engine/protocols.ts';
import { TCP_FLAGS, type Packet } from '../../engine/packet.ts';
import { integer } from '../../values/integer.ts';
import { defineTarget, flag, option, type ExtensionUse, type Problem } from '../definition.ts';
import { change, type BitChange } from '../shared/bits.ts';
import { rewrites } from '../shared/packet-sets.ts';

const bit = integer({ what: 'a bit', min: 0, max: 1, example: '0' });

const remove = flag('ecn-tcp-remove', { conflicts: ['ecn-tcp-cwr', 'ecn-tcp-ece'] });
const cwr = option('ecn-tcp-cwr', bit);
const ece = option('ecn-tcp-ece', bit);
const ect = option('ecn-ip-ect', integer({ what: 'a value of the ECN bits', min: 0, max: 3, example: '0' }));

/** What is written: undefined = left alone. */
interface Operation {
  readonly cwr?: number;
  readonly ece?: number;
  readonly ect?: number;
}

/** `--ecn-tcp-remove` undoes an `--ecn-ip-ect` before it (seen in iptables 1.8.9). */
function operationOf(use: ExtensionUse): Operation {
  let operation: Operation = {};
  for (const { spec, value } of use.options) {
    if (spec === remove) operation = { cwr: 0, ece: 0 };
    else if (typeof value === 'number') operation = { ...operation, [spec === cwr ? 'cwr' : spec === ece ? 'ece' : 'ect']: value };
  }
  return operation;
}

const flagChange = (mask: number, set: number | undefined): BitChange => (set === undefined ? { value: 0, mask: 0 } : { value: set === 1 ? mask : 0, mask });

/** Rewrites the IP header, then the flags of TCP. Seen in the kernel. */
function rewrite(packet: Packet, operation: Operation): void {
  if (operation.ect !== undefined) packet.tos = change(packet.tos, { value: operation.ect, mask: 3 }, 0xff);
  if (packet.protocol !== PROTOCOL.tcp) return;
  for (const each of [flagChange(TCP_FLAGS.CWR, operation.cwr), flagChange(TCP_FLAGS.ECE, operation.ece)]) packet.tcpFlags = change(packet.tcpFlags, each, 0xff);
}

function check(use: ExtensionUse): readonly Problem[] {
  const tcp = use.options.find(({ spec }) => spec !== ect);
  if (tcp === undefined || (use.protocol?.number === PROTOCOL.tcp && !use.protocol.negated)) return [];
  return [{ code: 'wrong-protocol', message: `\`--${tcp.spec.name}\` changes the TCP header and needs \`-p tcp\` in the rule.`, span: tcp.span }];
}

function save(use: ExtensionUse): readonly string[] {
  const operation = operationOf(use);
  if (operation.ece === 0 && operation.cwr === 0 && operation.ect === undefined) return ['--ecn-tcp-remove'];
  const words = (name: string, value: number | undefined): readonly string[] => (value === undefined ? [] : [`--${name}`, String(value)]);
  return [...words(ece.name, operation.ece), ...words(cwr.name, operation.cwr), ...words(ect.name, operation.ect)];
}

export default defineTarget({
  name: 'ECN',
  families: ['ipv4'],
  terminating: false,
  tables: ['mangle'],
  options: [remove, cwr, ece, ect],
  requires: [[remove.name, cwr.name, ece.name, ect.name]],
  check,
  save,
  action: (use) => {
    const operation = operationOf(use);
    return {
      apply: ({ packet }) => {
        rewrite(packet, operation);
        return { kind: 'continue' };
      },
    };
  },
  result: () => rewrites({ field: 'tos' }, { field: 'tcpFlags' }, { field: 'questions' }),
});
