import { RulesetDocument, type Beside } from './core/ruleset/document.ts';
import type { Ruleset } from './core/ruleset/model.ts';
import type { LineParser } from './core/syntax/parser.ts';
import { readBeside } from './beside.ts';

/** Opens what stands beside documents, above all the files that they start from; those are read once, until told to forget them. */
export class StartFiles {
  private readonly parser: LineParser;
  private readonly readText: (uri: string) => string | undefined;
  private readonly readNow: (uri: string) => string | undefined;
  private readonly known = new Map<string, readonly Ruleset[] | string>();

  /** `readNow`: the texts that scripts read, which are asked for again each time. */
  constructor(parser: LineParser, readText: (uri: string) => string | undefined, readNow = readText) {
    this.parser = parser;
    this.readText = readText;
    this.readNow = readNow;
  }

  /** What stands beside the document at `uri`; `above`: the documents that start from it. */
  beside(uri: string, above: readonly string[] = []): Beside {
    return { readFile: readBeside(uri, this.readNow), readStart: (path) => this.read(path, uri, [...above, uri]) };
  }

  /** Forgets what was read, because files have changed. */
  forget(): void {
    this.known.clear();
  }

  private read(path: string, from: string, above: readonly string[]): readonly Ruleset[] | string {
    const uri = resolved(path, from);
    if (uri === undefined) return 'the file that names it stands in no folder';
    if (above.includes(uri)) return 'it starts from itself';
    const known = this.known.get(uri);
    if (known !== undefined) return known;
    const text = this.readText(uri);
    const found = text === undefined ? 'there is no such file, or it can\'t be read' : this.open(uri, text, above);
    this.known.set(uri, found);
    return found;
  }

  private open(uri: string, text: string, above: readonly string[]): readonly Ruleset[] | string {
    const document = new RulesetDocument(this.parser, uri, 'iptables', 0, text, this.beside(uri, above), nameOf(uri));
    const [problem] = document.startProblems;
    return problem === undefined ? rulesetsOf(document) : `of its own start ${problem.message.replace(/\.$/u, '')}`;
  }
}

/** What a document leaves behind, for each family that it speaks for. */
export function rulesetsOf(document: RulesetDocument): readonly Ruleset[] {
  const families = document.kind === 'script' ? ['ipv4', 'ipv6'] as const : [document.family];
  return families.map((family) => document.ruleset(family)).filter(({ tables }) => tables.size > 0);
}

/** The name of the file at the uri, without its folders. */
const nameOf = (uri: string): string => decodeURIComponent(uri.slice(uri.lastIndexOf('/') + 1));

/** The uri of a path that a file names, which may lead anywhere; undefined where the file has no folder. */
function resolved(path: string, from: string): string | undefined {
  const reference = path.split('/').map(encodeURIComponent).join('/');
  return URL.canParse(reference, from) ? new URL(reference, from).href : undefined;
}
