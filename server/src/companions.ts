import { RulesetDocument } from './core/ruleset/document.ts';
import type { LineParser } from './core/syntax/parser.ts';
import type { Companion } from './rules/rule.ts';

/** Where texts come from: an editor, or files. */
export interface Texts {
  /** The text; undefined where there is none. */
  read(uri: string): string | undefined;
  /** Another number for each text that an editor gives; 0 for a file. */
  version(uri: string): number;
}

/** Finds, beside a ruleset, the one of the other family by the names that distributions give them. */
export class Companions {
  private readonly parser: LineParser;
  private readonly texts: Texts;
  private readonly known = new Map<string, { readonly version: number; readonly companion: Companion }>();

  constructor(parser: LineParser, texts: Texts) {
    this.parser = parser;
    this.texts = texts;
  }

  /** The ruleset of the other family, the same object until its text changes; read when it is asked for. */
  of({ uri, kind }: RulesetDocument): Companion | undefined {
    const beside = kind === 'ruleset' ? companionUri(uri) : undefined;
    if (beside === undefined) return undefined;
    const version = this.texts.version(beside);
    let known = this.known.get(beside);
    if (known?.version !== version) this.known.set(beside, known = { version, companion: this.found(beside) });
    return known.companion;
  }

  /** Forgets what was read, because files have changed. */
  forget(): void {
    this.known.clear();
  }

  private found(uri: string): Companion {
    let document: RulesetDocument | undefined;
    let wasRead = false;
    return {
      name: decodeURIComponent(uri.slice(uri.lastIndexOf('/') + 1)),
      ruleset: () => {
        if (!wasRead) {
          const text = this.texts.read(uri);
          document = text === undefined ? undefined : new RulesetDocument(this.parser, uri, 'iptables', 0, text);
          wasRead = true;
        }
        return document?.kind === 'ruleset' ? document.ruleset() : undefined;
      },
    };
  }
}

/** `rules.v4` and `rules.v6`, `iptables.rules` and `ip6tables.rules`, ufw's `before.rules` and `before6.rules`. */
const PAIRS: readonly (readonly [RegExp, string])[] = [
  [/\.v4$/u, '.v6'], [/\.v6$/u, '.v4'],
  [/^(before|after|user)\.rules$/u, '$16.rules'], [/^(before|after|user)6\.rules$/u, '$1.rules'],
  [/ip6tables/u, 'iptables'], [/iptables/u, 'ip6tables'],
];

/** The uri of the file that holds the other family beside the one at `uri`; undefined where the name tells none. */
export function companionUri(uri: string): string | undefined {
  const slash = uri.lastIndexOf('/') + 1;
  const name = uri.slice(slash);
  const pair = PAIRS.find(([pattern]) => pattern.test(name));
  return pair === undefined ? undefined : uri.slice(0, slash) + name.replace(pair[0], pair[1]);
}
