import type { Hook } from '../netfilter.ts';
import type { Passage } from './passage.ts';
import type { CompiledChain } from './program.ts';

/** Takes the packet to a hook's first stage, with the interfaces as rules at that hook see them. */
export function enterHook(p: Passage, hook: Hook): void {
  p.hook = hook;
  p.stages = p.program.hooks[hook];
  p.position = 0;
  const { in: arrived, out } = p.packet;
  p.inInterface = hook === 'OUTPUT' || (hook === 'POSTROUTING' && !p.fromWire) ? '' : arrived;
  p.outInterface = hook === 'PREROUTING' || hook === 'INPUT' ? '' : out;
}

/** Takes the packet to a built-in chain. */
export function enterChain(p: Passage, chain: CompiledChain): void {
  p.table = chain.table;
  p.base = p.chain = chain;
  p.next = 0;
  p.stack = [];
  p.cursor = undefined;
  p.leavesToPolicy = false;
}
