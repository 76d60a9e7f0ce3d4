import { documentation } from '../../core/extensions/catalogue.ts';
import type { ExtensionDefinition } from '../../core/extensions/definition.ts';

/** An extension's Markdown page, cut into what hover and completion show. */
export interface Page {
  /** The whole page. */
  readonly text: string;
  /** Its first paragraph. */
  readonly summary: string;
  /** Text of the section about an option, by the option's name without dashes; it ends with an example. */
  readonly options: ReadonlyMap<string, string>;
  /** First paragraph of each such section. */
  readonly optionSummaries: ReadonlyMap<string, string>;
}

const EMPTY: Page = { text: '', summary: '', options: new Map(), optionSummaries: new Map() };

const pages = new WeakMap<ExtensionDefinition, Page>();

/** The page of an extension, cut up once; empty where it has none. */
export function pageOf(definition: ExtensionDefinition): Page {
  let page = pages.get(definition);
  if (page === undefined) {
    const text = documentation(definition);
    page = text === undefined ? EMPTY : readPage(text);
    pages.set(definition, page);
  }
  return page;
}

/** The first paragraph of a Markdown text that is no heading. */
export function firstParagraph(text: string): string {
  return text.split(/\n\s*\n/u).map((part) => part.trim()).find((part) => part !== '' && !part.startsWith('#')) ?? '';
}

/** Cuts a page: sections of options are headed `### --name`, with their other spellings in the heading. */
export function readPage(source: string): Page {
  const text = source.replace(/^```\n([^]*?)^```$/gmu, '```iptables\n$1```');
  const options = new Map<string, string>();
  const [, ...sections] = text.split(/^### /mu);
  for (const section of sections) {
    const heading = section.slice(0, section.search(/\n|$/u));
    const body = section.slice(heading.length).split(/^## /mu)[0]!.trim();
    const names = Array.from(heading.matchAll(/--([a-z0-9][\w-]*)/giu), ([, name]) => name!);
    for (const name of names) options.set(name, body.includes('```') ? body : withExample(body, text, names));
  }
  return { text, summary: firstParagraph(text), options, optionSummaries: new Map(Array.from(options, ([name, body]) => [name, firstParagraph(body)])) };
}

/** The section of an option that the page's own example uses, with that line of it. */
function withExample(body: string, page: string, names: readonly string[]): string {
  const [, example = ''] = page.split(/^## Example\n/mu);
  const used = new RegExp(`--(?:${names.join('|')})(?![\\w-])`, 'u');
  let table = '';
  for (const line of example.split('\n')) {
    if (line.startsWith('*')) table = `${line}\n`;
    if (line.startsWith('-') && used.test(line)) return `${body}\n\n\`\`\`iptables\n${table}${line}\n\`\`\``;
  }
  return body;
}
