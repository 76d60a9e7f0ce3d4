import { fail, ok, type Parsed, type ValueType } from './value.ts';

/** iptables keeps at most this many instructions. */
export const MOST_INSTRUCTIONS = 64;

/** One instruction of classic BPF: operation, jumps when true and false, operand. */
export interface BpfInstruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

/** Operations of classic BPF, as the low byte of `code` has them. */
export const BPF = {
  classOf: (code: number): number => code & 7,
  LD: 0, LDX: 1, ST: 2, STX: 3, ALU: 4, JMP: 5, RET: 6, MISC: 7,
  sizeOf: (code: number): number => ({ 0x00: 4, 0x08: 2, 0x10: 1 })[code & 0x18] ?? 0,
  modeOf: (code: number): number => code & 0xe0,
  IMM: 0x00, ABS: 0x20, IND: 0x40, MEM: 0x60, LEN: 0x80, MSH: 0xa0,
  operationOf: (code: number): number => code & 0xf0,
  usesX: (code: number): boolean => (code & 8) !== 0,
} as const;

/** Offsets from here on are no bytes of the packet but what the kernel knows beside it. */
export const ANCILLARY = 0xfffff000;
const ANCILLARY_END = ANCILLARY + 60;

const MEMORY = 16;

/** Every operation that the kernel takes. */
const VALID: ReadonlySet<number> = new Set([
  // Loads of 4, 2 and 1 byte at a place and at a place behind X; length, constant, memory.
  0x20, 0x28, 0x30, 0x40, 0x48, 0x50, 0x80, 0x00, 0x60,
  // The same into X; 0xb1 reads the length of an IP header.
  0x81, 0xb1, 0x01, 0x61,
  0x02, 0x03,
  // Arithmetic with a constant and with X, and the sign.
  ...[0x00, 0x10, 0x20, 0x30, 0x40, 0x50, 0x60, 0x70, 0x90, 0xa0].flatMap((operation) => [operation | BPF.ALU, operation | BPF.ALU | 8]), 0x84,
  0x05, ...[0x10, 0x20, 0x30, 0x40].flatMap((operation) => [operation | BPF.JMP, operation | BPF.JMP | 8]),
  0x06, 0x16, 0x07, 0x87,
]);

/** Bits that C's `%hu`, `%hhu` and `%u` keep of what they read. */
const WIDTHS = [16, 8, 8, 32] as const;

/** Four numbers as sscanf reads them: blanks in front, signs taken, each as long as it goes; the rest is passed over. */
function readInstruction(text: string): BpfInstruction | undefined {
  const number = /\s*([+-]?[0-9]+)/uy;
  const numbers: number[] = [];
  for (const width of WIDTHS) {
    const found = number.exec(text);
    if (found === null) return undefined;
    numbers.push(Number(BigInt.asUintN(width, BigInt(found[1]!.replace('+', '')))));
  }
  const [code, jt, jf, k] = numbers as [number, number, number, number];
  return { code, jt, jf, k };
}

function readProgram(text: string): Parsed<readonly BpfInstruction[]> {
  const [, length, body] = /^\s*([+-]?[0-9]+),(.*)$/su.exec(text) ?? [];
  if (length === undefined) return fail(`\`${text}\` is no BPF program: write the number of instructions, a comma, and the instructions, as \`nfbpf_compile\` prints them: \`1,6 0 0 1\`.`);
  const count = Number(BigInt.asUintN(32, BigInt(length.replace('+', ''))));
  if (count === 0) return fail(`\`${text}\` is a BPF program without instructions; it needs at least one, such as \`1,6 0 0 1\`.`);
  if (count > MOST_INSTRUCTIONS) return fail(`\`${length}\` in front says that ${count} instructions follow; iptables takes at most ${MOST_INSTRUCTIONS}.`);
  const texts = body!.split(',');
  if (texts.at(-1) === '') texts.pop();
  const program: BpfInstruction[] = [];
  for (const [index, each] of texts.entries()) {
    if (index >= count) break;
    const instruction = readInstruction(each);
    if (instruction === undefined) return fail(`Instruction ${index + 1}, \`${each}\`, is not four decimal numbers such as \`48 0 0 9\`.`);
    program.push(instruction);
  }
  if (texts.length !== count) return fail(`The count \`${length}\` in front has to be the number of instructions behind it; write \`${texts.length}\`.`);
  return ok(program);
}

/** What the kernel has against the program; it refuses to load it then. */
function fault(program: readonly BpfInstruction[]): string | undefined {
  for (const [at, instruction] of program.entries()) {
    const wrong = faultOf(instruction, program.length - at - 1);
    if (wrong !== undefined) return `Instruction ${at + 1}, \`${print(instruction)}\`, ${wrong}`;
  }
  const last = program.at(-1)!;
  if (BPF.classOf(last.code) !== BPF.RET) return `The last instruction, \`${print(last)}\`, does not return; end with \`6 0 0 K\` or \`22 0 0 0\`.`;
  return unwritten(program);
}

/** `behind` is how many instructions follow. */
function faultOf(instruction: BpfInstruction, behind: number): string | undefined {
  if (!VALID.has(instruction.code)) return 'is no operation of BPF.';
  switch (BPF.classOf(instruction.code)) {
    case BPF.ALU: return arithmeticFault(instruction);
    case BPF.JMP: return jumpFault(instruction, behind);
    case BPF.LD: case BPF.LDX: return loadFault(instruction);
    case BPF.ST: case BPF.STX: return memoryFault(instruction);
    default: return undefined;
  }
}

function arithmeticFault({ code, k }: BpfInstruction): string | undefined {
  if (BPF.usesX(code)) return undefined;
  if ([0x30, 0x90].includes(BPF.operationOf(code)) && k === 0) return 'divides by 0.';
  return [0x60, 0x70].includes(BPF.operationOf(code)) && k > 31 ? 'shifts by more than 31 bits.' : undefined;
}

function jumpFault({ code, jt, jf, k }: BpfInstruction, behind: number): string | undefined {
  return (code === BPF.JMP ? k : Math.max(jt, jf)) >= behind ? 'jumps beyond the end.' : undefined;
}

function loadFault(instruction: BpfInstruction): string | undefined {
  const { code, k } = instruction;
  if (BPF.modeOf(code) === BPF.MEM) return memoryFault(instruction);
  const atPlace = BPF.classOf(code) === BPF.LD && BPF.modeOf(code) === BPF.ABS;
  return atPlace && k >= ANCILLARY && (k > ANCILLARY_END || k % 4 !== 0) ? 'reads at an offset that stands for nothing.' : undefined;
}

const memoryFault = ({ k }: BpfInstruction): string | undefined => (k >= MEMORY ? `uses memory cell ${k}; they go up to ${MEMORY - 1}.` : undefined);

/** The first load of a memory cell that is not written on every way to it. */
function unwritten(program: readonly BpfInstruction[]): string | undefined {
  const arriving = program.map(() => 0xffff);
  let written = 0;
  for (const [at, instruction] of program.entries()) {
    const { code, jt, jf, k } = instruction;
    written &= arriving[at]!;
    const kind = BPF.classOf(code);
    if (kind === BPF.ST || kind === BPF.STX) written |= 1 << k;
    if (kind <= BPF.LDX && BPF.modeOf(code) === BPF.MEM && (written & (1 << k)) === 0) return `Instruction ${at + 1}, \`${print(instruction)}\`, loads a memory cell that may not have been written.`;
    if (kind !== BPF.JMP) continue;
    for (const target of code === BPF.JMP ? [k] : [jt, jf]) arriving[at + 1 + target]! &= written;
    written = 0xffff;
  }
  return undefined;
}

const print = ({ code, jt, jf, k }: BpfInstruction): string => `${code} ${jt} ${jf} ${k}`;

/** A program of classic BPF: the number of its instructions, then each of them, parted by commas. */
export const bpfProgram: ValueType<readonly BpfInstruction[]> = {
  placeholder: 'COUNT,CODE JT JF K[,…]',
  parse(text) {
    const program = readProgram(text);
    if (!program.ok) return program;
    const wrong = fault(program.value);
    return wrong === undefined ? program : fail(`${wrong} The kernel refuses such a program; let \`nfbpf_compile\` write it.`);
  },
  print: (program) => `"${[String(program.length), ...program.map(print)].join(',')}"`,
};
