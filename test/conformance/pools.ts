import { MATCHES, TARGETS } from '../../server/src/core/extensions/catalogue.generated.ts';
import type { ExtensionDefinition, OptionSpec } from '../../server/src/core/extensions/definition.ts';
import { readIpsetSave } from '../../server/src/core/engine/facts/text.ts';
import type { HostFacts } from '../../server/src/core/engine/host.ts';
import type { Family } from '../../server/src/core/netfilter.ts';
import type { ValueType } from '../../server/src/core/values/value.ts';
import { caseFiles } from '../support/cases.ts';
import { openDocument } from '../support/document.ts';

export const CATALOGUE: readonly ExtensionDefinition[] = [...MATCHES, ...TARGETS];

/** Texts to try as values: those of the cases, of completion, and the limits that the types themselves tell of. */
export class Pools {
  private readonly texts = new Map<ValueType<unknown>, Set<string>>();
  /** Commands that make the ipsets which the cases speak of. */
  readonly ipsets: readonly string[];

  readonly host: HostFacts;

  private constructor(ipsets: readonly string[]) {
    this.ipsets = ipsets;
    this.host = { ipsets: readIpsetSave(ipsets.join('\n')) };
  }

  /** Reads every `.cases` file. */
  static async read(): Promise<Pools> {
    const files = caseFiles();
    const pools = new Pools([...new Set(files.flatMap(({ ipsets }) => ipsets))]);
    for (const { values } of CATALOGUE.flatMap(({ options }) => options)) for (const type of values) pools.seed(type);
    for (const { cases } of files) {
      for (const { rule, families, table, chain } of cases) for (const family of families) await pools.learn(`*${table}\n-A ${chain} ${rule}\n`, family);
    }
    return pools;
  }

  /** Every text that is known for the value. */
  of(spec: OptionSpec, index: number): readonly string[] {
    return [...this.texts.get(spec.values[index]!) ?? []];
  }

  private async learn(text: string, family: Family): Promise<void> {
    const document = await openDocument(text, family === 'ipv4' ? 'rules.v4' : 'rules.v6');
    const bound = document.boundRule(document.lines[1]!);
    for (const { role, extension, option, index = 0, text: value } of bound?.tokens ?? []) {
      if (role !== 'value' || extension === undefined) continue;
      for (const definition of CATALOGUE.filter(({ name }) => name === extension)) {
        const type = definition.options.find(({ name }) => name === option)?.values[index];
        if (type !== undefined) this.add(type, value);
      }
    }
  }

  /** What the type proposes, and the numbers in what it says of a value far out of bounds. */
  private seed(type: ValueType<unknown>): void {
    for (const family of ['ipv4', 'ipv6'] as const) {
      for (const { text } of type.complete?.({ family }) ?? []) this.add(type, text);
      for (const probe of ['99999999999999999999', 'x', '-1']) {
        const parsed = type.parse(probe, { family });
        if (parsed.ok) continue;
        for (const [, number] of parsed.message.matchAll(/(?<![\w`])(\d{1,19})(?!\w)/gu)) this.addAround(type, BigInt(number!));
        for (const [, example] of parsed.message.matchAll(/`([^`]+)`/gu)) if (example !== probe) this.add(type, example!);
      }
    }
  }

  private addAround(type: ValueType<unknown>, limit: bigint): void {
    for (const near of [limit - 1n, limit, limit + 1n]) this.add(type, String(near));
  }

  private add(type: ValueType<unknown>, text: string): void {
    const known = this.texts.get(type);
    if (known === undefined) this.texts.set(type, new Set([text]));
    else known.add(text);
  }
}

