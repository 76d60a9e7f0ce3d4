import { ANCILLARY, BPF, type BpfInstruction } from '../../values/bpf-program.ts';
import type { PacketBytes } from './header-bytes.ts';
import { andWords, exactly, greatest, isExact, liesBetween, orWords, shiftLeft, shiftRight, UNKNOWN_WORD, xorWords, type PartialWord } from './partial-word.ts';

/** What a program sees of the packet beside its bytes. */
export interface BpfSurroundings {
  readonly bytes: PacketBytes;
  readonly mark: number | undefined;
  /** EtherType of the packet. */
  readonly etherType: number;
}

/** One way through the program, up to `at`. */
interface Course {
  at: number;
  a: PartialWord;
  x: PartialWord;
  readonly memory: PartialWord[];
}

/** Most ways that are followed. */
const MOST_COURSES = 256;

/** Offsets of what the kernel knows beside the packet, relative to `ANCILLARY`. */
const [PROTOCOL, MARK] = [0, 20];

/** From here on, offsets count from the IP header, as others do here anyway. */
const NETWORK = 0xfff00000;

/** The longest packet, for one whose length is open. */
const LONGEST = 0xffff;

const ZERO = exactly(0);

/**
 * Whether the program takes the packet, that is returns something else than 0; undefined when that depends on bytes which
 * are not known. A load beyond the packet's end returns 0. Seen in the kernel.
 */
export function runBpf(program: readonly BpfInstruction[], surroundings: BpfSurroundings): boolean | undefined {
  const pending: Course[] = [{ at: 0, a: ZERO, x: ZERO, memory: [] }];
  const results = new Set<boolean>();
  for (let courses = 0; pending.length > 0; courses++) {
    if (courses > MOST_COURSES) return undefined;
    const result = follow(program, pending.pop()!, surroundings, pending);
    if (result === undefined) return undefined;
    if (result !== 'parted') results.add(result);
    if (results.size > 1) return undefined;
  }
  return [...results][0];
}

/** Runs on until the program returns or a jump may go both ways; those ways are left pending. */
function follow(program: readonly BpfInstruction[], course: Course, surroundings: BpfSurroundings, pending: Course[]): boolean | 'parted' | undefined {
  for (; ; course.at++) {
    const instruction = program[course.at]!;
    const { code, k } = instruction;
    switch (BPF.classOf(code)) {
      case BPF.RET: return returns(code === BPF.RET ? exactly(k) : course.a);
      case BPF.JMP: if (jump(instruction, course, pending)) return 'parted'; break;
      case BPF.LD: case BPF.LDX: {
        const word = load(instruction, course, surroundings);
        if (word === false) return false;
        if (word === 'maybe beyond') return undefined;
        course[BPF.classOf(code) === BPF.LD ? 'a' : 'x'] = word;
        break;
      }
      default: if (!compute(instruction, course)) return false;
    }
  }
}

/** Arithmetic, stores and moves; false where the program divides by 0, which ends it. */
function compute({ code, k }: BpfInstruction, course: Course): boolean {
  switch (BPF.classOf(code)) {
    case BPF.ST: course.memory[k] = course.a; return true;
    case BPF.STX: course.memory[k] = course.x; return true;
    case BPF.MISC:
      if (code === BPF.MISC) course.x = course.a;
      else course.a = course.x;
      return true;
  }
  const result = calculate(BPF.operationOf(code), course.a, BPF.usesX(code) ? course.x : exactly(k));
  if (result !== false) course.a = result;
  return result !== false;
}

/** Moves on; true where the jump may go both ways, which are left pending then. */
function jump({ code, jt, jf, k }: BpfInstruction, course: Course, pending: Course[]): boolean {
  const holds = code === BPF.JMP ? true : compare(BPF.operationOf(code), course.a, BPF.usesX(code) ? course.x : exactly(k));
  if (holds === undefined && jt !== jf) {
    for (const target of [jt, jf]) pending.push({ ...course, at: course.at + 1 + target, memory: [...course.memory] });
    return true;
  }
  course.at += code === BPF.JMP ? k : holds === true ? jt : jf;
  return false;
}

/** Whether the returned word is not 0. */
function returns(word: PartialWord): boolean | undefined {
  if (word.value !== 0) return true;
  return greatest(word) === 0 ? false : undefined;
}

/** False where the program divides by 0, which ends it. */
function calculate(operation: number, a: PartialWord, b: PartialWord): PartialWord | false {
  switch (operation) {
    case 0x40: return orWords(a, b);
    case 0x50: return andWords(a, b);
    case 0xa0: return xorWords(a, b);
    case 0x60: return isExact(b) ? shiftLeft(a, b.value & 31) : UNKNOWN_WORD;
    case 0x70: return isExact(b) ? shiftRight(a, b.value & 31) : UNKNOWN_WORD;
    case 0x30: case 0x90: if (isExact(b) && b.value === 0) return false;
  }
  return isExact(a) && isExact(b) ? exactly(calculateExactly(operation, a.value, b.value)) : UNKNOWN_WORD;
}

function calculateExactly(operation: number, a: number, b: number): number {
  switch (operation) {
    case 0x00: return a + b;
    case 0x10: return a - b;
    case 0x20: return Math.imul(a, b);
    case 0x30: return Math.floor(a / b);
    case 0x90: return a % b;
    default: return -a;
  }
}

function compare(operation: number, a: PartialWord, b: PartialWord): boolean | undefined {
  if (operation === 0x40) {
    const both = andWords(a, b);
    return returns(both);
  }
  if (!isExact(b)) return undefined;
  switch (operation) {
    case 0x10: return liesBetween(a, b.value, b.value);
    case 0x20: return b.value === 0xffffffff ? false : liesBetween(a, b.value + 1, 0xffffffff);
    default: return liesBetween(a, b.value, 0xffffffff);
  }
}

/** False where the load is beyond the packet's end. */
function load({ code, k }: BpfInstruction, { x, memory }: Course, surroundings: BpfSurroundings): PartialWord | false | 'maybe beyond' {
  const { bytes } = surroundings;
  switch (BPF.modeOf(code)) {
    case BPF.IMM: return exactly(k);
    case BPF.MEM: return memory[k] ?? ZERO;
    case BPF.LEN: return bytes.length === undefined ? UNKNOWN_WORD : exactly(bytes.length);
    case BPF.MSH: {
      const header = fetch(bytes, k, 1);
      return typeof header === 'object' ? shiftLeft(andWords(header, exactly(0xf)), 2) : header;
    }
    case BPF.IND: {
      if (!isExact(x)) return 'maybe beyond';
      return place(bytes, x.value + k, BPF.sizeOf(code));
    }
    default:
      return k >= ANCILLARY ? ancillary(k - ANCILLARY, surroundings) : place(bytes, k, BPF.sizeOf(code));
  }
}

function place(bytes: PacketBytes, offset: number, size: number): PartialWord | false | 'maybe beyond' {
  const at = offset >>> 0;
  if (at >= NETWORK) return fetch(bytes, at - NETWORK, size);
  // Offsets below those count from the Ethernet header, which is not known here.
  return at >= 0x80000000 ? 'maybe beyond' : fetch(bytes, at, size);
}

function fetch(bytes: PacketBytes, at: number, size: number): PartialWord | false | 'maybe beyond' {
  if (at + size <= (bytes.length ?? bytes.least)) return bytes.read(at, size);
  return bytes.length !== undefined || at + size > LONGEST ? false : 'maybe beyond';
}

function ancillary(which: number, { mark, etherType }: BpfSurroundings): PartialWord {
  if (which === PROTOCOL) return exactly(etherType);
  return which === MARK && mark !== undefined ? exactly(mark) : UNKNOWN_WORD;
}
