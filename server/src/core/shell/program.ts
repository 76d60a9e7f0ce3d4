import type { Family } from '../netfilter.ts';
import { isUnknown, type Field, type Unknown, type Value } from './value.ts';

/** An iptables command among the words of a simple command. */
export interface ProgramCall {
  readonly tool: 'iptables' | 'restore';
  readonly family: Family;
  /** The network namespace that it is run in, where its words say one. */
  readonly namespace?: string;
  /** Index of the word that names the program. */
  readonly index: number;
  /** Why it may be another program, where that is so. */
  readonly doubt?: Unknown;
}

interface Wrapper {
  /** Options that take a value of their own. */
  readonly valued?: RegExp;
  /** Words behind the options and before the command. */
  readonly operands?: number;
  /** Options with which no command is run. */
  readonly asks?: RegExp;
  /** Options that name who runs it. */
  readonly user?: RegExp;
}

/** Programs that run the command behind their own options. */
const WRAPPERS: Readonly<Record<string, Wrapper>> = {
  sudo: { valued: /^-[ughpCcrtTUDR]$|^--(user|group|host|prompt|chdir|chroot)$/u, asks: /^-[lvKk]$/u, user: /^(?:-u|--user)$/u },
  runuser: { valued: /^-[ugGT]$|^--(user|group|supp-group)$/u, asks: /^-[lcs-]*[lc]$/u, user: /^(?:-u|--user)$/u },
  doas: { valued: /^-[uC]$/u, user: /^-u$/u }, env: { valued: /^-[uC]$/u }, command: { asks: /^-[vV]$/u }, builtin: {}, exec: { valued: /^-a$/u },
  nice: { valued: /^-n$/u }, ionice: { valued: /^-[cnp]$/u }, timeout: { valued: /^-[sk]$/u, operands: 1 }, nohup: {}, setsid: {}, stdbuf: { valued: /^-[ioe]$/u },
  busybox: {}, 'xtables-nft-multi': {}, 'xtables-legacy-multi': {}, 'xtables-multi': {}, flock: { valued: /^-[wEo]$/u, operands: 1 },
  nsenter: { valued: /^-[tSG]$|^--(target|setuid|setgid)$/u }, unshare: {}, chroot: { operands: 1 }, time: {},
};
const PROGRAM = /^ip(6?)tables(?:-(?:legacy|nft))?(-restore)?$/u;

const baseName = (text: string): string => text.slice(text.lastIndexOf('/') + 1);
const valueOf = ({ text, unknown }: Field): Value => unknown ?? text;

/** A word that may name the program of a command, with what the wrappers in front of it say. */
interface Place {
  readonly index: number;
  /** The network namespace that they enter. */
  readonly namespace: string | undefined;
  /** Why they may run nothing. */
  readonly doubt: Unknown | undefined;
}

/** The places where a program may be named: the first word, and the one behind each wrapper. */
function* placesIn(fields: readonly Field[]): Iterable<Place> {
  let place: Place = { index: 0, namespace: undefined, doubt: undefined };
  while (place.index < fields.length) {
    yield place;
    const { index, namespace, doubt } = place;
    const value = valueOf(fields[index]!);
    const next = behind(fields, index, value);
    if (next === undefined) return;
    const wrapper = fields.slice(index, next);
    place = { index: next, namespace: enteredBy(wrapper) ?? namespace, doubt: doubt ?? (isUnknown(value) ? otherProgram(value) : otherUser(wrapper)) };
  }
}

/** The iptables or iptables-restore that the words of a command run, through `sudo` and its like; undefined for none. */
export function programCall(fields: readonly Field[]): ProgramCall | undefined {
  for (const { index, namespace, doubt } of placesIn(fields)) {
    const call = named(valueOf(fields[index]!));
    if (call !== undefined && !isForAnother(call, fields[index + 1])) return { ...(namespace !== undefined && { namespace }), ...(doubt !== undefined && { doubt }), ...call, index };
  }
  return undefined;
}

/** Whether a call of one of several programs begins as none of iptables does, which would refuse it: `$FW add table`. */
const isForAnother = ({ tool, doubt }: Omit<ProgramCall, 'index'>, first: Field | undefined): boolean =>
  tool === 'iptables' && first !== undefined && first.unknown === undefined && /^[^-!]/u.test(first.text) && doubt?.candidates?.some((each) => programCall(each.split(' ').map(word)) === undefined) === true;

/** Index of the word that names the program behind all wrappers, and the network namespace that they enter. */
export function wrapped(fields: readonly Field[]): Omit<Place, 'doubt'> {
  let last: Omit<Place, 'doubt'> = { index: 0, namespace: undefined };
  for (const place of placesIn(fields)) last = place;
  return last;
}

/** A word that is not known in front of a program, unless it is nothing or a wrapper for sure. */
const otherProgram = (word: Unknown): Unknown | undefined => (word.candidates?.every((each) => each === '' || Object.hasOwn(WRAPPERS, each)) === true ? undefined : word);

/** What runs a command as somebody else, who need not be let; undefined where it is root. */
function otherUser(wrapper: readonly Field[]): Unknown | undefined {
  const name = baseName(wrapper[0]!.text);
  const { user } = Object.hasOwn(WRAPPERS, name) ? WRAPPERS[name]! : {};
  const named = user === undefined ? undefined : wrapper[wrapper.findIndex(({ text }) => user.test(text)) + 1];
  return named === undefined || named === wrapper[0] || named.text === 'root' ? undefined : { origin: wrapper.map(({ text }) => text).join(' ') };
}

/** The network namespace that a wrapper with its words enters: a name, what the script has in its place, or the process that is in it. */
function enteredBy(words: readonly Field[]): string | undefined {
  const name = baseName(words[0]!.text);
  if (name === 'ip') return nameOf(words.at(-1)!);
  if (name !== 'nsenter') return undefined;
  const file = words.map(({ text }) => /^(?:--net=|-n)(.+)$/u.exec(text)?.[1]).find((found) => found !== undefined);
  if (file !== undefined) return baseName(file);
  const process = words[1 + words.findIndex(({ text }) => text === '-t' || text === '--target')];
  return process !== words[0] && process !== undefined && words.some(({ text }) => /^(?:-n|-a|--net|--all)$/u.test(text)) ? nameOf(process) : undefined;
}

const word = (text: string): Field => ({ text, start: 0, end: 0 });
const nameOf = ({ text, unknown }: Field): string => unknown?.origin ?? text;

/** Index of the word that may name the program behind a wrapper. */
function behind(fields: readonly Field[], index: number, value: Value): number | undefined {
  if (isUnknown(value)) {
    // `$SUDO iptables`, `$XT_MULTI iptables`: whatever it is, it is handed the program's name.
    const next = fields[index + 1];
    return next !== undefined && next.unknown === undefined && PROGRAM.test(baseName(next.text)) ? index + 1 : undefined;
  }
  const name = baseName(value);
  if (name === 'ip') return behindNetns(fields, index + 1);
  if (!Object.hasOwn(WRAPPERS, name)) return undefined;
  return behindOptions(fields, index + 1, WRAPPERS[name]!);
}

function behindOptions(fields: readonly Field[], from: number, { valued, operands = 0, asks }: Wrapper): number | undefined {
  let index = from;
  for (; index < fields.length; index++) {
    const { text } = fields[index]!;
    if (asks?.test(text) === true) return undefined;
    if (text === '--') return index + 1 + operands;
    if (valued?.test(text) === true) index++;
    else if (!text.startsWith('-') && !/^\w+=/u.test(text)) break;
  }
  return index + operands;
}

/** Options of `ip` that take a value of their own. */
const IP_VALUED = /^-(?:n|netns|f|family|l|loops|rc|rcvbuf)$/u;

function behindNetns(fields: readonly Field[], from: number): number | undefined {
  let index = from;
  while (fields[index]?.text.startsWith('-') === true) index += IP_VALUED.test(fields[index]!.text) ? 2 : 1;
  return fields[index]?.text === 'netns' && fields[index + 1]?.text === 'exec' ? index + 3 : undefined;
}

function named(value: Value): Omit<ProgramCall, 'index'> | undefined {
  if (!isUnknown(value)) return program(value);
  if (value.program !== undefined) return program(value.program);
  // `$SBIN/iptables` is one, wherever that is.
  const path = value.parts?.at(-1);
  if (typeof path === 'string' && path.includes('/')) return program(path);
  let call = several.get(value);
  if (call === undefined) several.set(value, call = severalNamed(value) ?? null);
  return call ?? undefined;
}

/** Whether a text is a call of iptables, or of a program that runs others. */
export function namesProgram(text: string): boolean {
  const words = text.split(' ').map(word);
  return programCall(words) !== undefined || (text !== '' && wrapped(words).index > 0) || Object.hasOwn(WRAPPERS, text);
}

/** What unknown values name; a script has few, and uses them on every line. */
const several = new WeakMap<Unknown, Omit<ProgramCall, 'index'> | null>();

/** Of several the first one that is iptables; with it goes that it need not be. */
function severalNamed(value: Unknown): Omit<ProgramCall, 'index'> | undefined {
  const calls = (value.candidates ?? []).map((each) => programCall(each.split(' ').map(word)));
  const call = calls.find((each) => each !== undefined);
  if (call === undefined) return undefined;
  const { tool, family, namespace } = call;
  // Words mean other things to iptables-restore.
  if (calls.some((each) => each !== undefined && each.tool !== tool)) return undefined;
  const certain = calls.every((each) => each?.tool === tool && each.family === family && each.namespace === namespace);
  return { tool, family, ...(namespace !== undefined && { namespace }), ...(certain ? {} : { doubt: value }) };
}

function program(name: string): Omit<ProgramCall, 'index'> | undefined {
  const found = PROGRAM.exec(baseName(name));
  return found === null ? undefined : { tool: found[2] === undefined ? 'iptables' : 'restore', family: found[1] === '6' ? 'ipv6' : 'ipv4' };
}
