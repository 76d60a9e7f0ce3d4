/** The server's commands as the client calls them; everything else between the two is plain LSP. */
export const commands = {
  simulate: 'iptables-lens.simulate',
  suggestPackets: 'iptables-lens.suggestPackets',
  checkPacket: 'iptables-lens.checkPacket',
  clearSimulation: 'iptables-lens.clearSimulation',
  runExpectations: 'iptables-lens.runExpectations',
  reachRule: 'iptables-lens.reachRule',
  reachChain: 'iptables-lens.reachChain',
  resultingRuleset: 'iptables-lens.resultingRuleset',
  restartServer: 'iptables-lens.restartServer',
} as const;

/** The notification that names, by `uris`, documents of which what is shown may be another thing now, though nobody has edited them. */
export const renewed = 'iptables-lens/renewed';

/** A rule or chain of a document: `line` counts from 0. */
export interface Place {
  uri: string;
  line: number;
}

/** What `iptables-lens.simulate` takes; without `packet` the client asks for one, and the server alone takes its best suggestion. */
export interface SimulateRequest {
  uri: string;
  line?: number;
  packet?: string;
}

/** What `iptables-lens.reachChain` answers: a summary, with a packet for each built-in chain that leads there. */
export interface ReachChainAnswer {
  summary: string;
  packets: { hook: string; packet: string }[];
}

/** What is wrong with a packet in notation; `offset` counts UTF-16 units from its start. */
export interface NotationError {
  message: string;
  offset?: number;
}

/** The answer to a simulation: the packet as understood, its fate in words, and the line that decided it. */
export interface Simulated {
  packet: string;
  summary: string;
  verdict: string;
  location?: { line: number };
}

/** What `iptables-lens.simulate` answers; `error` when the packet's notation is wrong. */
export type SimulateAnswer = (Simulated & { error?: never }) | { error: NotationError };

/** A packet worth simulating at a place, best first in a list. */
export interface PacketSuggestion {
  packet: string;
  label: string;
  detail?: string;
}

/** What `iptables-lens.suggestPackets` answers. */
export interface SuggestAnswer {
  suggestions: PacketSuggestion[];
}

/** What `iptables-lens.checkPacket` answers: an error, or the packet in canonical notation. */
export interface CheckAnswer {
  error?: NotationError;
  canonical?: string;
}

/** An expectation of a document and how it stands: it holds, it does not, nobody can tell, or it can't be read. */
export interface Expectation {
  line: number;
  label: string;
  /** Title of the scenario that it belongs to; expectations of one scenario stand on lines one behind the other. */
  scenario?: string;
  status: 'pass' | 'fail' | 'undecided' | 'invalid';
  message: string;
}

/** What `iptables-lens.runExpectations` answers. */
export interface ExpectationsAnswer {
  expectations: Expectation[];
}

export type Family = 'ipv4' | 'ipv6';

/** What `iptables-lens.resultingRuleset` takes; without a family or a network namespace, those of the file. */
export interface RulesetRequest {
  uri: string;
  family?: Family;
  namespace?: string;
}

/** What `iptables-lens.resultingRuleset` answers: a saved ruleset, for each line of it the line of the file that made it, and what failed. */
export type RulesetAnswer =
  | { error?: never; family: Family; text: string; sources: (number | null)[]; refused: { line: number; message: string }[] }
  | { error: { message: string } };
