import type { HostFacts } from '../core/engine/host.ts';
import type { Family } from '../core/netfilter.ts';
import type { RulesetDocument } from '../core/ruleset/document.ts';
import type { Line } from '../core/syntax/line.ts';
import type { Ruleset } from '../core/ruleset/model.ts';
import type { FileInContext, Finding, LineInContext, Report, Rule } from './rule.ts';
import { RULES } from './rules.generated.ts';
import type { FileKind } from '../core/ruleset/kind.ts';
import { LineChecks } from './support/line-checks.ts';
import { Suppressions } from './support/suppression.ts';
import { surveyOf, type Survey } from './support/survey.ts';
import unusedSuppression, { reportUnused } from './unused-suppression.ts';

const NO_FACTS: HostFacts = {};
const NONE: readonly Finding[] = [];

/** The diagnostics of one document. After an edit, lines that kept their text and their table are not checked again. */
export class Diagnostics {
  private readonly document: RulesetDocument;
  private readonly host: () => HostFacts;
  private readonly fileRules: readonly Rule[];
  private readonly codes: ReadonlySet<string>;
  private readonly lineChecks: LineChecks;
  private known: { readonly ruleset: Ruleset; readonly host: HostFacts; readonly findings: readonly Finding[] } | undefined;

  constructor(document: RulesetDocument, host: () => HostFacts = () => NO_FACTS, rules: readonly Rule[] = RULES) {
    this.document = document;
    this.host = host;
    const lineRules = rules.filter(({ checkLine }) => checkLine !== undefined);
    this.lineChecks = new LineChecks(document, (place) => findingsOfLine(lineRules, place));
    this.fileRules = rules.filter(({ checkFile }) => checkFile !== undefined);
    this.codes = new Set(rules.map(({ code }) => code));
  }

  /** Every finding of the document as it stands, in the order of its lines, without those that a comment silences. */
  findings(): readonly Finding[] {
    // The document makes its ruleset anew after every edit and change of family.
    const ruleset = this.document.ruleset();
    const host = this.host();
    if (this.known?.ruleset !== ruleset || this.known.host !== host) this.known = { ruleset, host, findings: this.check(host) };
    return this.known.findings;
  }

  private check(host: HostFacts): readonly Finding[] {
    const { lines } = this.document;
    const { kind } = this.document;
    const survey = surveyOf(lines);
    const found: Finding[] = [];
    for (const findings of this.lineChecks.run(kind, survey)) if (findings.length > 0) found.push(...findings);
    const file = this.file(kind, survey, host);
    for (const rule of this.fileRules) for (const report of rule.checkFile!(file)) found.push(finding(rule, report));
    return unsilenced(kind === 'script' ? distinct(found) : found, file).sort(byPosition);
  }

  private file(kind: FileKind, survey: Survey, host: HostFacts): FileInContext {
    const { document, codes } = this;
    return {
      lines: document.lines, kind, survey, host, codes, family: document.family,
      rulesets: familiesOf(document, survey).map((family) => document.ruleset(family)),
      givenUpAt: document.givenUpAt, conditionals: document.conditionalCommands(),
      bound: (line, offset) => document.boundRule(line, offset),
      context: (line, offset) => document.context(line, offset),
    };
  }
}

/** The families that the file speaks for: its own, and those that its command lines name. */
function familiesOf(document: RulesetDocument, survey: Survey): readonly Family[] {
  return [...new Set([document.family, ...(survey.get('command') ?? []).flatMap((line) => document.boundRules(line).map(({ family }) => family)), ...(survey.get('table') ?? []).map((line) => document.familyOf(line))])];
}

function findingsOfLine(rules: readonly Rule[], place: LineInContext): readonly Finding[] {
  const found: Finding[] = [];
  for (const rule of rules) for (const report of rule.checkLine!(place)) found.push(finding(rule, report));
  return found.length === 0 ? NONE : found;
}

function finding(rule: Rule, report: Report): Finding {
  return { code: rule.code, severity: rule.severity, ...report };
}

function unsilenced(findings: readonly Finding[], { lines, codes }: FileInContext): Finding[] {
  const suppressions = new Suppressions(lines);
  const heard = findings.filter((each) => !suppressions.silences(each));
  const unused = Array.from(reportUnused(suppressions, codes), (report) => finding(unusedSuppression, report));
  return [...heard, ...unused.filter((each) => !suppressions.silences(each))];
}

/** The findings without those that say the same of the same place: a command that runs several times. */
function distinct(findings: readonly Finding[]): Finding[] {
  const known = new Map<Line, Set<string>>();
  return findings.filter(({ line, code, span, message }) => {
    const key = `${code} ${span.start} ${span.end} ${message}`;
    const said = known.get(line);
    if (said === undefined) known.set(line, new Set([key]));
    else if (said.has(key)) return false;
    else said.add(key);
    return true;
  });
}

function byPosition(a: Finding, b: Finding): number {
  return a.line.number - b.line.number || a.span.start - b.span.start || a.span.end - b.span.end;
}
