import type { Family } from '../netfilter.ts';
import type { Argument, Line } from '../syntax/line.ts';
import type { ExtensionDefinition, Problem } from '../extensions/definition.ts';
import { ownersOf, protocolMatch } from '../extensions/catalogue.ts';
import { existsElsewhere } from './foreign-extension.ts';
import { nearest } from '../values/spelling.ts';
import type { HeaderPart } from './model.ts';

/** What is known where an option could not be found. */
export interface UnknownOption {
  readonly argument: Argument;
  /** Without its dashes and its `=value`. */
  readonly name: string;
  readonly ambiguous: boolean;
  /** Spellings that would be taken at this place. */
  readonly known: readonly string[];
  readonly loaded: ReadonlySet<ExtensionDefinition>;
  /** The chain that the rule jumps to. */
  readonly jump: string | undefined;
  readonly family: Family;
  readonly protocol: HeaderPart<number> | undefined;
  readonly args: readonly Argument[];
  readonly line: Line;
}

/** Options that another match spells otherwise: the word, the match that is loaded, and what it calls that. */
const SPELT_OTHERWISE: readonly (readonly [word: string, match: string, option: string])[] = [['state', 'conntrack', 'ctstate'], ['ctstate', 'state', 'state']];

/** Why iptables does not know the option here: no protocol, its extension not loaded (yet), or a misspelling. */
export function explainUnknownOption(unknown: UnknownOption): Problem {
  const { argument, name, ambiguous, known } = unknown;
  const span = { start: argument.start, end: argument.end };
  if (ambiguous) {
    const fits = [...new Set(known.filter((spelling) => spelling.startsWith(name)))].map((spelling) => `\`--${spelling}\``);
    return { code: 'unknown-option', message: `\`--${name}\` could be ${fits.join(' or ')}; write it in full.`, span };
  }
  const { jump } = unknown;
  const owners = ownersOf(name, unknown.family).filter((owner) => !unknown.loaded.has(owner));
  if (jump !== undefined && owners.some((owner) => owner.kind === 'target' && owner.name === jump)) return { code: 'unknown-option', message: hasNoOption(jump, name), span };
  const spelt = SPELT_OTHERWISE.find(([word, by]) => word === name && [...unknown.loaded].some((each) => each.name === by));
  if (spelt !== undefined) return otherwise(name, `-m ${spelt[1]}`, spelt[2], span);
  const [target, option] = optionOfTarget(name, unknown.loaded) ?? [];
  if (option !== undefined) return otherwise(name, `-j ${target!.name}`, option, span);
  if (owners.length > 0) return notLoaded(unknown, owners, span);
  const [foreign] = ownersOf(name, unknown.family === 'ipv4' ? 'ipv6' : 'ipv4');
  // With one dash it is not known even where it belongs.
  if (foreign !== undefined && !known.includes(name)) {
    const message = foreign.families.includes(unknown.family) ? `\`${foreign.name}\` has \`--${name}\` for ${unknown.family === 'ipv4' ? 'IPv6' : 'IPv4'} only; leave it out.`
      : `\`--${name}\` belongs to \`${foreign.name}\`, which ${existsElsewhere(foreign)}`;
    return { code: 'wrong-family', message, span };
  }
  const [best] = nearest(name, [...known, ...everySpelling(unknown)]);
  const dashes = argument.text.startsWith('--') ? '--' : '-';
  if (best === undefined) return { code: 'unknown-option', message: `iptables knows no option \`${dashes}${name}\`, nor one that is spelt alike; leave it out.`, span };
  const end = span.start + dashes.length + name.length;
  return {
    code: 'unknown-option', message: `iptables knows no option \`${dashes}${name}\` here; did you mean \`--${best}\`?`, span,
    fix: { title: `Write --${best}`, span: { start: span.start, end }, newText: `--${best}`, safe: false },
  };
}

/** The option that the rule's target has for what the word says without its verb or prefix: `--set-mark` for `--mark`. */
function optionOfTarget(name: string, loaded: UnknownOption['loaded']): readonly [target: ExtensionDefinition, option: string] | undefined {
  for (const extension of loaded) {
    if (extension.kind !== 'target') continue;
    const options = extension.options.map((option) => option.name).filter((each) => each.endsWith(`-${name}`));
    const option = options.find((each) => each === `set-${name}`) ?? (options.length === 1 ? options[0] : undefined);
    if (option !== undefined) return [extension, option];
  }
  return undefined;
}

/** The word has another spelling for what the rule loads. */
function otherwise(name: string, by: string, option: string, span: Problem['span']): Problem {
  const fix = { title: `Write --${option}`, span: { start: span.start, end: span.start + 2 + name.length }, newText: `--${option}`, safe: false };
  return { code: 'unknown-option', message: `\`--${name}\` is \`--${option}\` for \`${by}\`; write that.`, span, fix };
}

/** Why the option of a target is refused where a chain hides the target. */
export const hasNoOption = (chain: string, option: string): string =>
  `\`-j ${chain}\` jumps to the chain \`${chain}\` here, and a jump has no option \`--${option}\`; give the chain another name.`;

/** The option exists, but what brings it in is missing or stands behind it. */
function notLoaded(unknown: UnknownOption, owners: readonly ExtensionDefinition[], span: Problem['span']): Problem {
  const { args, argument, name, line } = unknown;
  const later = args.slice(args.findIndex((other) => other.start === argument.start) + 1);
  const loader = later.findIndex((other, index) => /^(-m|--match|-j|--jump|-p|--protocol)$/u.test(other.text)
    && owners.some((owner) => loads(owner, other.text, later[index + 1]?.text ?? '')));
  if (loader !== -1) {
    const stated = `${later[loader]!.text} ${later[loader + 1]?.text ?? ''}`.trim();
    return { code: 'option-before-match', message: `\`--${name}\` stands before the \`${stated}\` that brings it in; iptables reads from left to right.`, span };
  }
  const protocols = owners.filter((owner) => owner.kind === 'match' && ['tcp', 'udp'].includes(owner.name));
  if (protocols.length > 0 && unknown.protocol === undefined) return missingProtocol(name, protocols, line, span);
  const owner = owners[0]!;
  const load = owner.kind === 'match' ? `-m ${owner.name}` : `-j ${owner.name}`;
  return {
    code: 'missing-match', message: `\`--${name}\` belongs to \`${owner.name}\`; it needs ${owners.map((each) => `\`${each.kind === 'match' ? '-m' : '-j'} ${each.name}\``).join(' or ')} before it.`, span,
    ...(owner.kind === 'match' ? { fix: insertion(`Add ${load}`, line, span, `${load} `) } : {}),
  };
}

function missingProtocol(name: string, owners: readonly ExtensionDefinition[], line: Line, span: Problem['span']): Problem {
  const names = owners.map((owner) => `\`-p ${owner.name}\``);
  return {
    code: 'missing-protocol', message: `\`--${name}\` needs ${names.join(' or ')} before it.`, span,
    fix: insertion(`Add -p ${owners[0]!.name}`, line, span, `-p ${owners[0]!.name} `),
  };
}

/** An insertion before the option, in front of a `!` that negates it. */
function insertion(title: string, line: Line, span: Problem['span'], newText: string): NonNullable<Problem['fix']> {
  const negation = /!\s+$/u.exec(line.text.slice(0, span.start));
  const at = negation === null ? span.start : negation.index;
  return { title, span: { start: at, end: at }, newText, safe: false };
}

function loads(owner: ExtensionDefinition, option: string, value: string): boolean {
  const names = [owner.name, ...(owner.aliases ?? [])];
  if (option === '-p' || option === '--protocol') return owner.kind === 'match' && names.includes(value.toLowerCase());
  return names.includes(value) && (owner.kind === 'match') === (option === '-m' || option === '--match');
}

/** Spellings that the rule's protocol would bring in. */
function everySpelling({ protocol, family }: UnknownOption): readonly string[] {
  const match = protocol === undefined ? undefined : protocolMatch(protocol.value, family);
  return match === undefined ? [] : match.options.flatMap((spec) => [spec.name, ...(spec.aliases ?? [])]);
}
