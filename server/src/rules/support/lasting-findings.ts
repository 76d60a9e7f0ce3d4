import type { RulesetDocument } from '../../core/ruleset/document.ts';
import type { FileInContext, Finding } from '../rule.ts';
import { withoutForeign } from './own-lines.ts';

const NONE: readonly Finding[] = [];

/** What was found in a file the last time that somebody looked, kept over edits on lines that are still there. */
export class LastingFindings {
  private readonly document: RulesetDocument;
  private done: { readonly file: FileInContext; readonly findings: readonly Finding[] } | undefined;
  /** What was found last, as far as it holds for another file. */
  private carried: { readonly file: FileInContext; readonly from: FileInContext; readonly findings: readonly Finding[] } | undefined;

  constructor(document: RulesetDocument) {
    this.document = document;
  }

  keep(file: FileInContext, findings: readonly Finding[]): void {
    this.done = { file, findings };
  }

  /** Whether they were found in this file. */
  areOf(file: FileInContext): boolean {
    return this.done?.file === file;
  }

  /** What is known for the file: what was found in it, or before an edit on lines that are still there. */
  for(file: FileInContext): readonly Finding[] {
    if (this.done === undefined) return NONE;
    if (this.done.file === file) return this.done.findings;
    if (this.carried?.file !== file || this.carried.from !== this.done.file) {
      this.carried = { file, from: this.done.file, findings: this.done.findings.flatMap((finding) => this.stillThere(finding)) };
    }
    return this.carried.findings;
  }

  /** The finding without what it says of lines that are gone; nothing where its own line is. */
  private stillThere(finding: Finding): readonly Finding[] {
    const found = withoutForeign(finding, (line) => this.document.owns(line));
    return found === undefined ? NONE : [found];
  }
}
