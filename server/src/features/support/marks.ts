import type { Fate, Result, Step } from '../../core/engine/result.ts';
import type { RulesetDocument } from '../../core/ruleset/document.ts';
import type { Family } from '../../core/netfilter.ts';
import type { Ruleset } from '../../core/ruleset/model.ts';
import { nameOfLine, type Line } from '../../core/syntax/line.ts';
import { fateText, moreThan, SPELLED_OUT } from './fates.ts';
import { followed, shownAt } from './followed.ts';
import type { Asked } from './simulation.ts';

/** Where the chains of each family are looked up, and the lines that show what is said of others. */
export interface Rulesets {
  ruleset(family: Family): Ruleset;
  shownAt(line: Line): Line | undefined;
}

/** The rulesets that a simulation went through: of the document, or of a script as it is run and after one of its lines. */
export const rulesetsOf = (document: RulesetDocument, { run, at }: Asked): Rulesets => ({
  ruleset: (family) => followed(document, run).document.ruleset(family, 'nft', at?.number),
  shownAt: (line) => shownAt(document, line),
});

/** What a simulation has to say at the end of one line. */
export interface Mark {
  readonly line: Line;
  readonly label: string;
  readonly tooltip?: string;
}

/** How each kind of mark starts: a rule that matched, one that did not, one that nobody can tell, the end of the way. */
export const SIGNS = { matched: '✓', unmatched: '✗', unknown: '?', verdict: '■' } as const;

/**
 * The marks of a result, in the order of the file: what every rule met did and where the verdict fell. Matched rules
 * are numbered in the order in which the packet met them, which is not the file's.
 */
export function marksOf(result: Result, rulesets: Rulesets, { unmatched }: { readonly unmatched: boolean }): Mark[] {
  const byLine = new Map<Line, Note[]>();
  const add = (where: Line, said: Note): void => {
    const line = rulesets.shownAt(where);
    if (line === undefined) return;
    const note = where.file === undefined ? said : { ...said, label: `${said.label} (${nameOfLine(where)})` };
    const notes = byLine.get(line);
    if (notes === undefined) byLine.set(line, [note]);
    else if (!notes.some(({ label }) => label === note.label)) notes.push(note);
  };
  for (const fate of result.outcomes ?? [result]) {
    const end = endOf(fate, rulesets);
    let met = 0;
    for (const step of fate.steps) {
      if (step.matched !== false) met++;
      if (step === end?.step && saysTheVerdict(step)) add(end.line, { ...end.note, label: `${SIGNS.verdict} ${met === 1 ? '' : `${met}. `}${end.text}` });
      else if (step.matched !== false || unmatched) add(step.rule.bound.line, noteOf(step, met));
    }
    if (end !== undefined && !(end.step !== undefined && saysTheVerdict(end.step))) add(end.line, end.note);
  }
  return [...byLine].sort(([a], [b]) => a.number - b.number).map(([line, notes]) => ({
    line, label: [plain(notes.slice(0, SPELLED_OUT).map(({ label }) => label).join('  ')), ...moreThan(notes.length, 'end')].join('  '), ...tooltipOf(notes),
  }));
}

/** The line on which a fate was decided: a rule's, or that of the chain whose policy spoke. */
export function decidingLine(fate: Fate, rulesets: Rulesets): Line | undefined {
  const end = endOf(fate, rulesets);
  return end && rulesets.shownAt(end.line);
}

interface Note {
  readonly label: string;
  readonly tooltip?: string;
}

function noteOf(step: Step, met: number): Note {
  const why = step.reason === undefined ? '' : `${step.reason.source}: ${step.reason.observe}`;
  const where = `${step.table} ${step.chain}, rule ${step.number} (hook ${step.hook})`;
  if (step.matched === 'unknown') return { label: `${SIGNS.unknown} ${step.reason?.observe ?? 'nobody can tell'}`, tooltip: `${where}\n\n${why}` };
  if (step.matched) return { label: `${SIGNS.matched} ${met}. ${step.effect ?? step.target ?? 'matches'}`, tooltip: where };
  return { label: `${SIGNS.unmatched} ${step.reason?.observe ?? 'does not match'}`, tooltip: `${where}\n\n\`${step.reason?.source ?? ''}\` does not hold: ${step.reason?.observe ?? ''}.` };
}

interface End {
  readonly line: Line;
  readonly text: string;
  readonly note: Note;
  /** The rule that decided, where it was no policy. */
  readonly step?: Step;
}

/** Where the verdict stands and what it says. */
function endOf(fate: Fate, rulesets: Rulesets): End | undefined {
  const assumed = fate.assumptions.length === 0 ? '' : ` if ${fate.assumptions.join(' and ')}`;
  const text = `${fateText(fate)}${assumed}`;
  const note: Note = { label: `${SIGNS.verdict} ${text}`, tooltip: text };
  if (fate.policy !== undefined) {
    const table = rulesets.ruleset(fate.packet.family).tables.get(fate.policy.table);
    const line = table?.chains.get(fate.policy.chain)?.declaration ?? table?.line;
    return line === undefined ? undefined : { line, text, note };
  }
  const step = fate.steps.findLast(({ matched }) => matched !== false);
  return step === undefined ? undefined : { line: step.rule.bound.line, text, note, step };
}

/** Whether what the rule did is the verdict itself, so that one mark says both. */
function saysTheVerdict({ target, matched }: Step): boolean {
  return matched === true && (target === 'ACCEPT' || target === 'DROP' || target === 'REJECT');
}

/** Longest label that leaves the rule itself on the screen; the tooltip has the rest. */
const LABEL_LIMIT = 100;

/** A label as hints show it: no Markdown, and not too long. */
function plain(label: string): string {
  const text = label.replaceAll('`', '');
  return text.length <= LABEL_LIMIT ? text : `${text.slice(0, LABEL_LIMIT - 1)}…`;
}

function tooltipOf(notes: readonly Note[]): Pick<Mark, 'tooltip'> {
  const texts = notes.flatMap(({ tooltip }) => (tooltip === undefined ? [] : [tooltip]));
  const shown = [...texts.slice(0, SPELLED_OUT), ...moreThan(texts.length, 'end')];
  return texts.length === 0 ? {} : { tooltip: shown.join('\n\n---\n\n') };
}
