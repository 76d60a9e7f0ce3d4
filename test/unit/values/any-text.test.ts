import assert from 'node:assert/strict';
import fc from 'fast-check';
import { MATCHES, TARGETS } from '../../../server/src/core/extensions/catalogue.generated.ts';
import { addressList, resolvedAddress } from '../../../server/src/core/values/address.ts';
import { addressRange } from '../../../server/src/core/values/address-range.ts';
import { addressTypes } from '../../../server/src/core/values/address-type.ts';
import { dscp } from '../../../server/src/core/values/dscp.ts';
import { icmpType, icmpv6Type } from '../../../server/src/core/values/icmp-type.ts';
import { identity } from '../../../server/src/core/values/identity.ts';
import { interfaceName } from '../../../server/src/core/values/interface.ts';
import { logLevel } from '../../../server/src/core/values/log-level.ts';
import { macAddress } from '../../../server/src/core/values/mac.ts';
import { markBits, markMatch, markSet } from '../../../server/src/core/values/mark.ts';
import { natDestination, natPorts, natSource } from '../../../server/src/core/values/nat-range.ts';
import { portList } from '../../../server/src/core/values/port-list.ts';
import { portRange, resolvedPortRange } from '../../../server/src/core/values/port.ts';
import { protocol } from '../../../server/src/core/values/protocol.ts';
import { rate } from '../../../server/src/core/values/rate.ts';
import { rejectType } from '../../../server/src/core/values/reject-type.ts';
import { baseStates, ctStates, ctStatuses } from '../../../server/src/core/values/state.ts';
import { tcpFlags } from '../../../server/src/core/values/tcp-flags.ts';
import { tos } from '../../../server/src/core/values/tos.ts';
import type { ValueContext, ValueType } from '../../../server/src/core/values/value.ts';

/** Types whose printed text iptables would read as the same value. */
const READ_BACK = [
  addressList, addressRange, resolvedAddress, interfaceName, protocol, macAddress, portRange('tcp'), resolvedPortRange, portList, natPorts, natSource, natDestination,
  icmpType, icmpv6Type, tcpFlags, tos, dscp, logLevel, rejectType, addressTypes, baseStates, ctStates, ctStatuses, rate(10_000), markBits, markMatch, markSet, identity('user'),
] as readonly ValueType<unknown>[];

const ALL = [...new Set([...READ_BACK, ...[...MATCHES, ...TARGETS].flatMap(({ options }) => options).flatMap(({ values }) => values as readonly ValueType<unknown>[])])];

const CONTEXTS: readonly ValueContext[] = [{ family: 'ipv4', protocol: 6 }, { family: 'ipv6', protocol: 17 }, { family: 'ipv4' }];

const PIECES = [
  '0', '1', '9', '010', '255', '256', '65535', '65536', '4294967296', '0x', '0xff', 'ssh', 'tcp', 'NEW', 'any', 'SYN', 'echo', ',', ':', '-', '/', '.', '::', '[', ']', '!', '+', ' ',
  'kb/s', '/min', 'a', 'é', '"', '%', '\n',
];

/** Text that comes near to values: their pieces in any order. */
const nearValues = fc.array(fc.constantFrom(...PIECES), { maxLength: 8 }).map((parts) => parts.join(''));

const anyText = fc.oneof(nearValues, fc.string({ maxLength: 20 }));

describe('value types, given any text', () => {
  it('never throw, and say what is wrong', function () {
    this.timeout(60_000);
    fc.assert(fc.property(anyText, (given) => {
      for (const type of ALL) for (const context of CONTEXTS) checkReading(type, given, context);
    }), { numRuns: 300 });
  });

  it('read back what they print', function () {
    this.timeout(60_000);
    fc.assert(fc.property(anyText, (given) => {
      for (const type of READ_BACK) for (const context of CONTEXTS) checkReadingBack(type, given, context);
    }), { numRuns: 1000 });
  });

  it('propose only what they take', () => {
    for (const type of ALL) {
      for (const context of CONTEXTS) {
        for (const { text } of type.complete?.(context) ?? []) assert.ok(type.parse(unquoted(text), context).ok, `${type.placeholder}: \`${text}\``);
      }
    }
  });
});

/** A proposal with blanks stands in quotes, as it has to in a rule. */
const unquoted = (text: string): string => text.replace(/^"(.*)"$/u, '$1');

function checkReading(type: ValueType<unknown>, given: string, context: ValueContext): void {
  const parsed = type.parse(given, context);
  if (parsed.ok) {
    type.hover?.(parsed.value, context);
    type.print(parsed.value, context);
  } else assert.ok(parsed.message.length > 10 && parsed.suggestion !== given, `${type.placeholder}: \`${given}\``);
}

function checkReadingBack(type: ValueType<unknown>, given: string, context: ValueContext): void {
  const parsed = type.parse(given, context);
  if (!parsed.ok) return;
  const printed = type.print(parsed.value, context);
  const again = type.parse(printed, context);
  assert.ok(again.ok, `${type.placeholder}: \`${given}\` prints as \`${printed}\`, which it refuses`);
  assert.equal(type.print(again.value, context), printed, `${type.placeholder}: \`${given}\``);
}
