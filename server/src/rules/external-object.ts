import type { HostFacts, IpSet } from '../core/engine/host.ts';
import type { BoundOption, ExternalObject } from '../core/extensions/definition.ts';
import type { BoundRule, Ruleset } from '../core/ruleset/model.ts';
import { didYouMean } from '../core/values/spelling.ts';
import { defineRule, type Report } from './rule.ts';
import { page } from './support/page.ts';
import { usesIn } from './support/uses-in.ts';

export default defineRule({
  code: 'external-object',
  severity: 'hint',
  docs: page({
    what: 'Finds what a ruleset uses and no ruleset can make: ipsets, accounting objects, timeout policies, cgroups. It is a '
      + 'hint at the first use; an error where the facts about the host list its ipsets, and the set is not among them or is '
      + 'of the other family.',
    why: 'iptables refuses the whole ruleset when one of them is missing, at boot too: what makes them has to run before.',
    example: ['-A INPUT -m set --match-set office src -j ACCEPT'],
    instead: ['-A INPUT -s 192.0.2.0/24 -j ACCEPT'],
  }),
  *checkFile({ rulesets, host, kind }) {
    // A script makes its objects itself, with commands that are not read here.
    if (kind === 'ruleset') for (const ruleset of rulesets) yield* reportsOf(ruleset, host);
  },
});

function* reportsOf(ruleset: Ruleset, host: HostFacts): Iterable<Report> {
  const told = new Set<string>();
  for (const { bound, option, object } of namedIn(ruleset)) {
    const key = `${object.what} ${option.value as string}`;
    if (!told.has(key)) yield* report(bound, option, object, host);
    told.add(key);
  }
}

interface Naming {
  readonly bound: BoundRule;
  readonly option: BoundOption;
  readonly object: ExternalObject;
}

/** Every option that names something outside, but for what a rule before makes. */
function* namedIn(ruleset: Ruleset): Iterable<Naming> {
  const made = new Set<string>();
  for (const { bound, use } of usesIn(ruleset)) {
    for (const option of use.options) {
      const { external, makes } = option.spec;
      if (makes !== undefined) made.add(`${makes} ${option.value as string}`);
      if (external !== undefined && typeof option.value === 'string' && external.always?.includes(option.value) !== true && !made.has(`${external.what} ${option.value}`)) yield { bound, option, object: external };
    }
  }
}

function* report({ line, family }: BoundRule, option: BoundOption, { what, made }: ExternalObject, { ipsets }: HostFacts): Iterable<Report> {
  const name = option.value as string;
  const span = option.valueSpans[0]!;
  if (what !== 'ipset' || ipsets === undefined) {
    yield { line, span, message: `The ${what} \`${name}\` has to be there when the ruleset is loaded; ${made} makes it.` };
    return;
  }
  const set = ipsets.get(name);
  if (set === undefined) {
    const { hint } = didYouMean(name, ipsets.keys());
    yield { line, span, severity: 'error', message: `The host has no ipset \`${name}\`, and iptables refuses the rule.${hint}` };
  } else if (hasFamily(set) && (set.family === 'inet') !== (family === 'ipv4')) {
    yield { line, span, severity: 'error', message: `The ipset \`${name}\` holds ${set.family === 'inet' ? 'IPv4' : 'IPv6'} addresses; a rule for ${family === 'ipv4' ? 'IPv4' : 'IPv6'} needs a set of its own family.` };
  }
}

/** Whether the set holds addresses: one of ports alone serves both families. */
const hasFamily = ({ type }: IpSet): boolean => /:(?:.*,)?(?:ip|net)\b/u.test(type);
