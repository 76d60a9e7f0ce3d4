import type { Memento } from 'vscode';

const key = 'recentPackets';
const limit = 10;

/** The packets simulated last in this workspace, newest first, at most ten. */
export interface RecentPackets {
  list(): readonly string[];
  add(packet: string): void;
}

/** Keeps the packets in `memory`, which outlives the window. */
export function rememberPackets(memory: Memento): RecentPackets {
  const list = (): readonly string[] => memory.get<string[]>(key, []);
  const add = (packet: string): void => {
    void memory.update(key, [packet, ...list().filter((other) => other !== packet)].slice(0, limit));
  };
  return { list, add };
}
