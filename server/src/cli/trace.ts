import type { Fate, Result, Step } from '../core/engine/result.ts';
import type { Packet } from '../core/engine/packet.ts';
import { nameOfLine } from '../core/syntax/line.ts';
import { printPacket } from '../core/notation/print.ts';
import { fateText, moreThan, SPELLED_OUT } from '../features/support/fates.ts';
import { SIGNS } from '../features/support/marks.ts';

/** A result for people: the packet, every recorded rule in the order in which it was met, the verdict, the packet as it leaves. */
export function traceText(result: Result, packet: Packet): string {
  const fates: readonly Fate[] = result.outcomes ?? [result];
  const parts = [...fates.slice(0, SPELLED_OUT).map((fate) => fateLines(fate).join('\n')), ...moreThan(fates.length, 'possible fate')];
  const unfinished = result.complete ? '' : '\nThere are more possibilities than were followed.\n';
  return `${printPacket(packet)}\n${parts.join('\n')}\n${unfinished}`;
}

function fateLines(fate: Fate): string[] {
  const lines = fate.assumptions.map((assumption, index, all) => `${index === 0 ? 'if' : ' and'} ${assumption}${index === all.length - 1 ? ':' : ''}`);
  let chain = '';
  for (const step of fate.steps) {
    const heading = `${step.table} ${step.chain}`;
    if (heading !== chain) lines.push(`  ${heading}`);
    chain = heading;
    lines.push(`    ${stepLine(step)}`);
  }
  lines.push(`  ${SIGNS.verdict} ${fateText(fate)}`);
  if (fate.answer !== undefined) lines.push(`    sent back: ${printPacket(fate.answer.packet)} (${fate.answer.verdict})`);
  else if (fate.noAnswer !== undefined) lines.push(`    nothing is sent back: ${fate.noAnswer}`);
  if (fate.verdict === 'ACCEPT') lines.push(`    the packet then: ${printPacket(fate.packet)}`);
  return lines;
}

function stepLine({ number, rule, matched, reason, effect, target }: Step): string {
  const { line } = rule.bound;
  const sign = matched === 'unknown' ? SIGNS.unknown : matched ? SIGNS.matched : SIGNS.unmatched;
  const why = reason === undefined ? (effect ?? target ?? 'matches') : `${reason.source}: ${reason.observe}`;
  return `${sign} rule ${number} (${nameOfLine(line)}) ${why}`;
}
