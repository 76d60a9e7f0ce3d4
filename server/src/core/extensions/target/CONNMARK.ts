import type { Connection } from '../../engine/conntrack/connection.ts';
import type { Packet } from '../../engine/packet.ts';
import type { Effect } from '../../engine/traversal.ts';
import { integer } from '../../values/integer.ts';
import { MARK_ALL, markBits, markSet } from '../../values/mark.ts';
import { defineTarget, flag, option, type ExtensionUse, type TargetResult } from '../definition.ts';
import { BIT_CHANGES, change as changedBits, type BitChange } from '../shared/bits.ts';
import { hex } from '../shared/mark.ts';
import { rewrites } from '../shared/packet-sets.ts';

const OPERATIONS = ['set-xmark', 'set-mark', 'and-mark', 'or-mark', 'xor-mark', 'save-mark', 'restore-mark'];
const conflicts = (name: string): { readonly conflicts: readonly string[] } => ({ conflicts: OPERATIONS.filter((each) => each !== name) });

const setXmark = option('set-xmark', markSet, conflicts('set-xmark'));
const setMark = option('set-mark', markSet, conflicts('set-mark'));
const andMark = option('and-mark', markBits, conflicts('and-mark'));
const orMark = option('or-mark', markBits, conflicts('or-mark'));
const xorMark = option('xor-mark', markBits, conflicts('xor-mark'));
const saveMark = flag('save-mark', conflicts('save-mark'));
const restoreMark = flag('restore-mark', conflicts('restore-mark'));
const ctmask = option('ctmask', markBits, { conflicts: ['mask'] });
const nfmask = option('nfmask', markBits, { conflicts: ['mask'] });
const mask = option('mask', markBits);
// The kernel refuses 32, which iptables itself lets through.
const bits = integer({ what: 'a number of bits to shift by', min: 0, max: 31, example: '8', placeholder: 'BITS' });
const leftShift = option('left-shift-mark', bits);
const rightShift = option('right-shift-mark', bits);

const OPTIONS = [setXmark, setMark, andMark, orMark, xorMark, saveMark, restoreMark, ctmask, nfmask, mask, leftShift, rightShift];

/** What the kernel is told, whichever way the options say it. */
interface Operation {
  kind: 'set' | 'save' | 'restore';
  value: number;
  ctmask: number;
  nfmask: number;
  shift: { readonly by: number; readonly direction: 'left' | 'right' };
}

/** Reads the options in written order: a mask that follows a value replaces the value's own. */
function operationOf(use: ExtensionUse): Operation {
  const operation: Operation = { kind: 'set', value: 0, ctmask: MARK_ALL, nfmask: MARK_ALL, shift: { by: 0, direction: 'left' } };
  for (const { spec, value } of use.options) Object.assign(operation, partOf(spec.name, value));
  return operation;
}

function partOf(name: string, value: unknown): Partial<Operation> {
  if (name === saveMark.name) return { kind: 'save' };
  if (name === restoreMark.name) return { kind: 'restore' };
  if (typeof value === 'object' && value !== null) return setTo(value as BitChange, name === setMark.name);
  if (typeof value !== 'number') return {};
  switch (name) {
    case andMark.name: return setTo(BIT_CHANGES.and(value, MARK_ALL));
    case orMark.name: return setTo(BIT_CHANGES.or(value, MARK_ALL));
    case xorMark.name: return setTo(BIT_CHANGES.xor(value, MARK_ALL));
    case ctmask.name: return { ctmask: value };
    case nfmask.name: return { nfmask: value };
    case mask.name: return { ctmask: value, nfmask: value };
    default: return { shift: { by: value, direction: name === leftShift.name ? 'left' : 'right' } };
  }
}

/** `--set-mark` also clears the bits that it sets. */
const setTo = ({ value, mask: own }: BitChange, clears = false): Partial<Operation> => ({ value, ctmask: clears ? (value | own) >>> 0 : own });

const shifted = (value: number, { by, direction }: Operation['shift']): number => (direction === 'left' ? value << by : value >>> by) >>> 0;

/** Does the operation as the kernel does: masks first, then the shift, then the exclusive or. Seen in the kernel. */
function perform({ kind, value, ctmask: connectionMask, nfmask: packetMask, shift }: Operation, connection: Connection, packet: Packet): Effect {
  if (kind === 'set') connection.mark = shifted(changedBits(connection.mark, { value, mask: connectionMask }, MARK_ALL)!, shift);
  else if (kind === 'restore') packet.mark = changedBits(packet.mark, { value: shifted((connection.mark & connectionMask) >>> 0, shift), mask: packetMask }, MARK_ALL);
  else if (packet.mark === undefined) return { kind: 'unknown', reason: 'the packet\'s mark is not given, so what CONNMARK saves of it is not known' };
  else connection.mark = changedBits(connection.mark, { value: shifted((packet.mark & packetMask) >>> 0, shift), mask: connectionMask }, MARK_ALL)!;
  return { kind: 'continue' };
}

function save(use: ExtensionUse): readonly string[] {
  const { kind, value, ctmask: connectionMask, nfmask: packetMask, shift } = operationOf(use);
  const shifts = shift.by === 0 ? [] : [`--${shift.direction}-shift-mark`, String(shift.by)];
  if (kind === 'set') return ['--set-xmark', `${hex(value)}/${hex(connectionMask)}`, ...shifts];
  return [`--${kind}-mark`, '--nfmask', hex(packetMask), '--ctmask', hex(connectionMask), ...shifts];
}

function result(use: ExtensionUse): TargetResult {
  const { kind, value, ctmask: mask, shift } = operationOf(use);
  if (kind === 'restore') return rewrites({ field: 'mark' }, { field: 'questions' });
  return rewrites(kind === 'set' && shift.by === 0 ? { field: 'connmark', change: { value, mask } } : { field: 'connmark' }, { field: 'questions' });
}

export default defineTarget({
  name: 'CONNMARK',
  families: ['ipv4', 'ipv6'],
  terminating: false,
  tracks: true,
  options: OPTIONS,
  requires: [OPERATIONS],
  save,
  action: (use) => {
    const operation = operationOf(use);
    return {
      apply: ({ connection, packet }) => (connection === undefined ? { kind: 'continue' } : perform(operation, connection, packet)),
    };
  },
  result,
});
