import { BUILT_IN_CHAINS, TABLE_NAMES, type Family, type Hook, type Policy, type TableName } from '../../netfilter.ts';
import type { CompileContext, ExtensionUse, MatchDefinition, TargetDefinition } from '../../extensions/definition.ts';
import { ChainSurvey } from '../../ruleset/chain-survey.ts';
import { placeOfPolicies, type Chain, type Rule, type RuleTarget, type Ruleset, type Table } from '../../ruleset/model.ts';
import { ofTraits } from '../../ruleset/traits.ts';
import { usesOf } from '../../ruleset/uses.ts';
import { nameOfLine, type Line } from '../../syntax/line.ts';
import { completed, type Steps } from '../../steps.ts';
import type { CompiledChain, CompiledRule, CompiledTarget, Program, Stage, WayFields } from '../program.ts';
import type { Backend, Condition, Slot } from '../traversal.ts';
import { Unknown } from '../truth.ts';
import type { IndexedRule } from './candidates.ts';
import { headerConditions, namesHost } from './header.ts';
import { InterfacePatterns } from './interfaces.ts';
import { loopingJumps } from './loops.ts';
import { HeaderScan } from './scan.ts';

export interface CompileOptions {
  /** Default: nft, as on today's distributions. */
  readonly backend?: Backend;
  /** Whether something outside the ruleset makes the kernel track connections; default: only the ruleset decides. */
  readonly conntrack?: boolean;
}

/**
 * Makes a ruleset ready to run, its chains as packets come to them. Rules that iptables would refuse are kept as unknown, so that nothing is said about
 * what lies behind them that is not so.
 */
export const compile = (ruleset: Ruleset, options: CompileOptions = {}): Program => completed(compileInSteps(ruleset, options));

function* compileInSteps(ruleset: Ruleset, options: CompileOptions = {}): Steps<Program> {
  const backend = options.backend ?? 'nft';
  const compiler = yield* Compiler.of(ruleset);
  const tracks = options.conntrack === true || startsTracking(ruleset);
  const base = (table: TableName, hook: Hook): CompiledChain | undefined => compiler.baseChain(table, hook);
  return { family: ruleset.family, backend, hooks: stages(ruleset.family, base, backend, tracks, ruleset.tables.has('nat')), tracks, interfaces: compiler.interfaces };
}

const programs = new WeakMap<Ruleset, Program>();

/** The program of a finished ruleset for the usual back end, compiled once however many ask for it. */
export const compiled = (ruleset: Ruleset): Program => completed(compiledInSteps(ruleset));

/** The same in small steps. */
export function* compiledInSteps(ruleset: Ruleset): Steps<Program> {
  let program = programs.get(ruleset);
  if (program === undefined) programs.set(ruleset, program = yield* compileInSteps(ruleset));
  return program;
}

/** Makes the built-in chains of a program at some hooks ready, in small steps, rather than when the first packet comes to them. */
export function* readyingChains({ hooks }: Program, at: readonly Hook[]): Steps<void> {
  for (const stage of at.flatMap((hook) => hooks[hook])) {
    if ((stage.kind === 'table' || stage.kind === 'nat') && stage.chain instanceof LateChain) yield* stage.chain.readying();
    yield undefined;
  }
}

/** Whether loading the ruleset makes the kernel track connections. */
export function startsTracking({ tables }: Ruleset): boolean {
  return [...tables.values()].some((table) => [...table.chains.values()].some((chain) => chain.rules.some(tracksConnections)));
}

function tracksConnections({ bound }: Rule): boolean {
  return trackingTraits(bound) && usesOf(bound).some((use) => (typeof use.definition.tracks === 'function' ? use.definition.tracks(use) : use.definition.tracks === true));
}

/** Whether rules of a shape may make the kernel track connections. */
const trackingTraits = ofTraits(({ extensions }) => extensions.some(({ tracks }) => tracks !== undefined && tracks !== false));

type BaseChain = (table: TableName, hook: Hook) => CompiledChain | undefined;

/** What a local packet gets another way for when mangle has changed it, in IPv6 also the hop limit. What other tables mark is not looked at. Seen in the kernel. */
const MANGLED = ['source', 'destination', 'mark', 'tos'] as const;

/** What each hook does, in order. iptables-legacy runs security before nat in INPUT, iptables-nft after it. Seen in the kernel. */
function stages(family: Family, base: BaseChain, backend: Backend, tracks: boolean, hasNat: boolean): Program['hooks'] {
  const table = (name: TableName, hook: Hook): Stage[] => {
    const chain = base(name, hook);
    return chain === undefined ? [] : [{ kind: 'table', table: name, chain }];
  };
  const nat = (hook: Hook): Stage[] => (tracks && hasNat
    ? [{ kind: 'nat', manipulation: hook === 'PREROUTING' || hook === 'OUTPUT' ? 'destination' : 'source', chain: base('nat', hook) }] : []);
  const defragment: Stage[] = tracks ? [{ kind: 'defragment' }] : [];
  const track: Stage[] = tracks ? [{ kind: 'track' }] : [];
  const confirm: Stage[] = tracks ? [{ kind: 'confirm' }] : [];
  const rerouting = (stages: readonly Stage[], by: readonly (keyof WayFields)[]): readonly Stage[] => (stages.length === 0 ? [] : [{ kind: 'note-way' }, ...stages, { kind: 'reroute', by }]);
  const inputEnd = backend === 'nft' ? [...nat('INPUT'), ...table('security', 'INPUT')] : [...table('security', 'INPUT'), ...nat('INPUT')];
  return {
    PREROUTING: [...defragment, ...table('raw', 'PREROUTING'), ...track, ...table('mangle', 'PREROUTING'), ...nat('PREROUTING')],
    INPUT: [...table('mangle', 'INPUT'), ...table('filter', 'INPUT'), ...inputEnd, ...confirm],
    FORWARD: [...table('mangle', 'FORWARD'), ...table('filter', 'FORWARD'), ...table('security', 'FORWARD')],
    OUTPUT: [
      ...defragment, ...table('raw', 'OUTPUT'), ...track, ...rerouting(table('mangle', 'OUTPUT'), family === 'ipv4' ? MANGLED : [...MANGLED, 'ttl']), ...rerouting(nat('OUTPUT'), ['destination']),
      ...table('filter', 'OUTPUT'), ...table('security', 'OUTPUT'),
    ],
    POSTROUTING: [...table('mangle', 'POSTROUTING'), ...nat('POSTROUTING'), ...confirm],
  };
}

/** So many rules or chains are made ready in one step. */
const AT_ONCE = 128;

/** The rules of a chain made ready, with what finds them. */
type Body = Pick<CompiledChain, 'rules' | 'scan'>;

/** A chain of which the rules are made ready when the first packet comes to it; a packet comes to few of many. */
class LateChain implements CompiledChain {
  readonly table: TableName;
  readonly name: string;
  readonly policy: Policy | undefined;
  readonly policiesFrom: number | undefined;
  private readonly make: (chain: CompiledChain) => Steps<Body>;
  private body: Body | undefined;

  constructor(table: TableName, chain: Chain, make: (chain: CompiledChain) => Steps<Body>) {
    const { name, builtIn, policy, policies } = chain;
    this.table = table;
    this.name = name;
    this.policy = builtIn ? (policy ?? 'ACCEPT') : undefined;
    this.policiesFrom = policies === undefined ? undefined : placeOfPolicies(chain);
    this.make = make;
  }

  get rules(): readonly CompiledRule[] {
    return (this.body ?? completed(this.readying())).rules;
  }

  get scan(): HeaderScan {
    return (this.body ?? completed(this.readying())).scan;
  }

  *readying(): Steps<Body> {
    if (this.body !== undefined) return this.body;
    const body = yield* this.make(this);
    // A packet may have come meanwhile.
    return (this.body ??= body);
  }
}

/** Compiles each chain once; jumps refer to the compiled chains. */
class Compiler implements CompileContext {
  readonly interfaces = new InterfacePatterns();
  private readonly ruleset: Ruleset;
  private readonly chains = new Map<Chain, CompiledChain>();
  private slots = 0;

  private constructor(ruleset: Ruleset) {
    this.ruleset = ruleset;
  }

  static *of(ruleset: Ruleset): Steps<Compiler> {
    const compiler = new Compiler(ruleset);
    for (const name of TABLE_NAMES) {
      const table = ruleset.tables.get(name);
      if (table !== undefined) yield* compiler.table(table);
    }
    return compiler;
  }

  slot<S>(initial: () => S): Slot<S> {
    return { index: this.slots++, initial };
  }

  baseChain(table: TableName, hook: Hook): CompiledChain | undefined {
    const chain = this.ruleset.tables.get(table)?.chains.get(hook);
    return chain !== undefined && BUILT_IN_CHAINS[table].includes(hook) ? this.chains.get(chain) : undefined;
  }

  private *table(table: Table): Steps<void> {
    let made = 0;
    for (const chain of table.chains.values()) {
      if (++made % AT_ONCE === 0) yield undefined;
      this.chains.set(chain, new LateChain(table.name, chain, (compiled) => this.bodyOf(table, chain, compiled)));
      // What packets are looked at by, and what rules settle together, is there before the first of them.
      const { interfaced, announced } = ChainSurvey.of(chain);
      for (const { bound, use } of announced) if (!bound.broken && bound.unknownWord === undefined) (use.definition as MatchDefinition).announce!(use, this);
      for (const { header } of interfaced) for (const part of [header.in, header.out]) if (part !== undefined) this.interfaces.number(part.value, part.negated);
    }
  }

  private *bodyOf(table: Table, chain: Chain, compiled: CompiledChain): Steps<Body> {
    const looping = loopingJumps(table);
    const rules: CompiledRule[] = [];
    const indexed: IndexedRule[] = [];
    for (const [index, rule] of chain.rules.entries()) {
      const header = headerConditions(rule);
      const matches = this.matches(rule);
      const quick = leading(matches);
      const presence = presenceOf(rule);
      // What does more than compare is not done by a rule that is not there.
      const rest = [...presence, ...matches.slice(quick.length)];
      rules.push({
        rule, number: index + 1, chain: compiled, conditions: [...header, ...quick, ...rest],
        rest: namesHost(rule) ? [...header, ...rest] : rest, presence,
        target: looping.has(rule) ? LOOP : this.target(rule.bound.target, table, rule),
      });
      indexed.push({ rule, quick });
      if (rules.length % AT_ONCE === 0) yield undefined;
    }
    return { rules, scan: yield* HeaderScan.of(indexed, this.ruleset.family === 'ipv6', this.interfaces) };
  }

  private matches({ bound }: Rule): readonly Condition[] {
    if (bound.broken) return [refused(bound.line)];
    if (bound.unknownWord !== undefined) return [unresolved(bound.unknownWord, bound.line)];
    return bound.matches.flatMap((use) => (use.definition as MatchDefinition).conditions(use, this));
  }

  private target(target: RuleTarget | undefined, table: Table, rule: Rule): CompiledTarget {
    switch (target?.kind) {
      case undefined: return rule.bound.unknownWord === undefined ? { kind: 'none' } : unknownTarget(rule.bound.unknownWord);
      case 'verdict': return { kind: target.verdict.toLowerCase() as 'accept' };
      case 'extension':
        if (rule.bound.unknownWord !== undefined) return unknownTarget(rule.bound.unknownWord);
        return rule.bound.broken ? { kind: 'none' } : this.action(target.use);
      case 'chain': {
        const chain = table.chains.get(target.chain);
        if (chain === undefined && rule.bound.unknownWord !== undefined && /[$`]/u.test(target.chain)) return unknownTarget(rule.bound.unknownWord);
        if (chain === undefined || chain.builtIn) return { kind: 'unknown', reason: `there is no chain or target \`${target.chain}\`, so iptables refuses the table` };
        return { kind: 'chain', chain: this.chains.get(chain)!, goto: target.goto };
      }
    }
  }

  private action(use: ExtensionUse): CompiledTarget {
    return { kind: 'action', action: (use.definition as TargetDefinition).action(use, this) };
  }
}

/** What a rule does of which the shell has yet to make a part. */
const unknownTarget = (unresolved: string): CompiledTarget => ({ kind: 'unknown', reason: `what the shell makes of \`${unresolved}\` is not known` });

const LOOP: CompiledTarget = { kind: 'unknown', reason: 'the jumps run in a circle, so iptables refuses the table' };

/** The conditions before the first that needs a call, or asks for TCP flags a second time. */
function leading(matches: readonly Condition[]): readonly Condition[] {
  const flags = matches.findIndex(({ quick }) => quick?.field === 'tcpFlags');
  const end = matches.findIndex(({ quick }, index) => quick === undefined || (quick.field === 'tcpFlags' && index > flags));
  return end === -1 ? matches : matches.slice(0, end);
}

function refused(line: Line): Condition {
  return {
    source: line.text.trim(),
    test: () => new Unknown(`${nameOfLine(line)}, which iptables refuses, would match`),
    observe: () => 'iptables refuses the rule',
  };
}

function unresolved(expansion: string, line: Line): Condition {
  return {
    source: line.text.trim(),
    test: () => new Unknown(`the rule of ${nameOfLine(line)} matches with what the shell makes of \`${expansion}\``),
    observe: () => `what the shell makes of \`${expansion}\` is not known`,
  };
}

const ALWAYS_THERE: readonly Condition[] = [];

/** What has to hold for a rule to be there. */
function presenceOf({ bound: { conditional, presence, line } }: Rule): readonly Condition[] {
  if (conditional === undefined) return ALWAYS_THERE;
  const unknowns = presence?.map(({ question, holds, origin, succeeds }) => new Unknown(`${succeeds ? '' : 'not: '}\`${origin}\` holds (${nameOfLine(line)})`, { field: 'unseen', as: { key: question, negated: !holds } }))
    ?? [new Unknown(`the rule of ${nameOfLine(line)} is there, which depends on \`${conditional}\``, { field: 'unseen' })];
  return unknowns.map((unknown) => ({ source: line.text.trim(), test: () => unknown, observe: () => `whether the rule is there depends on \`${conditional}\`` }));
}
