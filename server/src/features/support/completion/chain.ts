import { CompletionItemKind } from 'vscode-languageserver';
import { BUILT_IN_CHAINS, isBuiltIn } from '../../../core/netfilter.ts';
import type { Chain, CommandKind, Table } from '../../../core/ruleset/model.ts';
import { Placements } from '../../../core/ruleset/placement.ts';
import { declaredChains } from '../chains.ts';
import { describeChain } from '../chain-text.ts';
import { HOOK_DOCS } from '../vocabulary.ts';
import type { Place } from '../place.ts';
import type { Proposal } from './item.ts';
import { variableProposals } from './variable.ts';
import type { Site } from './site.ts';

/** Commands that only user-defined chains take, and the one that only built-in chains take. */
const TAKES: Partial<Record<CommandKind, 'user-defined' | 'built-in'>> = { 'delete-chain': 'user-defined', 'rename-chain': 'user-defined', policy: 'built-in' };

/** Chains that the command before the word can work on. */
export function commandChains(site: Site): Proposal[] {
  const { place, before: { command } } = site;
  if (command === undefined || command.kind === 'new-chain' || command.chain !== undefined) return [];
  const takes = TAKES[command.kind];
  return withVariables(place, [...chainsOf(place), ...goneChains(place)]
    .filter((chain) => takes === undefined || chain.builtIn === (takes === 'built-in'))
    .map((chain) => chainProposal(place, chain, chain.builtIn ? 0 : 1)));
}

/** User-defined chains to which the rule can lead: all but those that lead back to its own. */
export function jumpChains({ place, others }: Site, rank: number): Proposal[] {
  const from = others.command?.chain;
  const table = tableOf(place);
  const callers = from === undefined || table === undefined ? new Set<string>() : Placements.of(table).leadingTo(from);
  return withVariables(place, [...chainsOf(place), ...goneChains(place)]
    .filter((chain) => !chain.builtIn && chain.name !== from && !callers.has(chain.name))
    .map((chain) => chainProposal(place, chain, rank)));
}

/** The chains and the variables that name them. */
function withVariables({ document }: Place, chains: readonly Proposal[]): Proposal[] {
  const names = new Map(chains.map(({ label, rank }) => [label, rank]));
  return [...chains, ...variableProposals(document, (value) => names.has(value)).map((proposal) => ({ ...proposal, rank: names.get(proposal.owner!)! }))];
}

const tableOf = ({ document, stack, table }: Place): Table | undefined => (table === undefined ? undefined : document.ruleset(stack).tables.get(table));

/** Chains of the place's table; its built-in ones where no line has opened it. */
function chainsOf(place: Place): Chain[] {
  const { table } = place;
  if (table === undefined) return [];
  const chains = tableOf(place)?.chains.values();
  return chains === undefined ? BUILT_IN_CHAINS[table].map((name) => emptyChain(name, true)) : [...chains];
}

/**
 * Chains that a script makes and that are not there in the end, for the very line that is being typed perhaps: a bare `-X`
 * deletes all, and an iptables-restore that reads half a rule loads nothing.
 */
function goneChains(place: Place): Chain[] {
  const { document, table, stack } = place;
  if (table === undefined || document.kind === 'ruleset') return [];
  const left = new Set(chainsOf(place).map(({ name }) => name));
  return [...declaredChains(document, table, stack)].filter((name) => !left.has(name)).map((name) => emptyChain(name, isBuiltIn(table, name)));
}

const emptyChain = (name: string, builtIn: boolean): Chain => ({ name, builtIn, policy: undefined, declaration: undefined, rules: [] });

function chainProposal({ table }: Place, chain: Chain, rank: number): Proposal {
  const documentation = isBuiltIn(table!, chain.name) ? `${HOOK_DOCS[chain.name]}\n\n${describeChain(chain)}` : describeChain(chain);
  return { label: chain.name, kind: chain.builtIn ? CompletionItemKind.Interface : CompletionItemKind.Function, owner: chain.builtIn ? 'built-in chain' : 'chain', documentation, rank };
}
