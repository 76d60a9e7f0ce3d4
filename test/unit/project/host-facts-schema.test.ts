import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { readHostFacts } from '../../../server/src/core/engine/facts/read.ts';

interface Schema {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly oneOf?: readonly Schema[];
  readonly additionalProperties?: Schema | boolean;
  readonly examples?: readonly unknown[];
}

const schema = JSON.parse(readFileSync(new URL('../../../schemas/host-facts.schema.json', import.meta.url), 'utf8')) as Schema;

/** The keys that the reader names where it meets another. */
function keysTold(facts: object): readonly string[] {
  const read = readHostFacts(JSON.stringify(facts));
  assert.ok(!read.ok);
  return Array.from(read.message.split('the keys are')[1]!.matchAll(/`(\w+)`/gu), ([, key]) => key!);
}

describe('the schema of iptables-lens.json', () => {
  it('has the keys that are read, of facts and of sets', () => {
    assert.deepEqual(Object.keys(schema.properties!).sort(), [...keysTold({ nothing: 1 })].sort());
    const set = schema.properties!.ipsets!.oneOf![0]!.additionalProperties as Schema;
    assert.deepEqual(Object.keys(set.properties!).sort(), [...keysTold({ ipsets: { a: { type: 'hash:ip', nothing: 1 } } })].sort());
  });

  it('shows examples that are read', () => {
    const examples = [...schema.examples!, ...Object.entries(schema.properties!).map(([key, { examples }]) => ({ [key]: examples![0] }))];
    assert.deepEqual(examples.map((facts) => readHostFacts(JSON.stringify(facts))).filter((read) => !read.ok), []);
  });
});
