import type { HostFacts } from '../core/engine/host.ts';
import type { Family } from '../core/netfilter.ts';
import type { LineContext, RulesetDocument } from '../core/ruleset/document.ts';
import type { Ruleset } from '../core/ruleset/model.ts';
import type { Line } from '../core/syntax/line.ts';
import type { FileInContext, Finding, Report, Rule } from './rule.ts';
import { RULES } from './rules.generated.ts';
import { kindOf, type FileKind } from './support/kind.ts';
import { Suppressions } from './support/suppression.ts';
import unusedSuppression, { reportUnused } from './unused-suppression.ts';

/** What the checks of single lines found, and what that depends on beside the line's text. */
interface CheckedLine extends LineContext {
  readonly kind: FileKind;
  readonly findings: readonly Finding[];
}

const NONE: readonly Finding[] = [];
const NO_FACTS: HostFacts = {};

/** The diagnostics of one document. After an edit, lines that kept their text and their table are not checked again. */
export class Diagnostics {
  private readonly document: RulesetDocument;
  private readonly host: () => HostFacts;
  private readonly lineRules: readonly Rule[];
  private readonly fileRules: readonly Rule[];
  private readonly codes: ReadonlySet<string>;
  private readonly checked = new WeakMap<Line, CheckedLine>();
  private known: { readonly ruleset: Ruleset; readonly host: HostFacts; readonly findings: readonly Finding[] } | undefined;

  constructor(document: RulesetDocument, host: () => HostFacts = () => NO_FACTS, rules: readonly Rule[] = RULES) {
    this.document = document;
    this.host = host;
    this.lineRules = rules.filter(({ checkLine }) => checkLine !== undefined);
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
    const { document } = this;
    const kind = kindOf(document.lines);
    const found: Finding[] = [];
    for (const line of document.lines) {
      const findings = this.checkLine(line, kind);
      if (findings.length > 0) found.push(...findings);
    }
    const file = this.file(kind, host);
    for (const rule of this.fileRules) for (const report of rule.checkFile!(file)) found.push(finding(rule, report));
    return unsilenced(found, file).sort(byPosition);
  }

  private checkLine(line: Line, kind: FileKind): readonly Finding[] {
    const context = this.document.context(line);
    const known = this.checked.get(line);
    if (known !== undefined && known.table === context.table && known.family === context.family && known.kind === kind) return known.findings;
    const place = { ...context, line, kind, bound: this.document.boundRule(line) };
    const findings = this.lineRules.flatMap((rule) => Array.from(rule.checkLine!(place), (report) => finding(rule, report)));
    this.checked.set(line, { ...context, kind, findings: findings.length === 0 ? NONE : findings });
    return findings;
  }

  private file(kind: FileKind, host: HostFacts): FileInContext {
    const { document, codes } = this;
    return {
      lines: document.lines, kind, host, codes, family: document.family,
      rulesets: familiesOf(document).map((family) => document.ruleset(family)),
      bound: (line) => document.boundRule(line),
      context: (line) => document.context(line),
    };
  }
}

/** The families that the file speaks for: its own, and those that its command lines name. */
function familiesOf(document: RulesetDocument): readonly Family[] {
  const families = new Set([document.family]);
  for (const line of document.lines) if (line.content.kind === 'command') families.add(document.familyOf(line));
  return [...families];
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

function byPosition(a: Finding, b: Finding): number {
  return a.line.number - b.line.number || a.span.start - b.span.start || a.span.end - b.span.end;
}
