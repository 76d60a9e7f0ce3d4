import assert from 'node:assert/strict';
import { readdirSync, existsSync } from 'node:fs';
import { availableIn, findMatch, findTarget, spellings } from '../../server/src/core/extensions/catalogue.ts';
import { MATCHES, TARGETS } from '../../server/src/core/extensions/catalogue.generated.ts';
import type { ExtensionDefinition } from '../../server/src/core/extensions/definition.ts';
import type { Family } from '../../server/src/core/netfilter.ts';
import { runScripts } from '../support/programs.ts';
import { describeWithPrograms } from './namespace.ts';

/** Where distributions put iptables' extensions. */
const FOLDERS: readonly string[] = [
  ...['x86_64', 'aarch64', 'riscv64'].map((machine) => `/usr/lib/${machine}-linux-gnu/xtables`), '/usr/lib64/xtables', '/usr/lib/xtables', '/usr/local/lib/xtables',
];

/** Files that hold no extension of that name: `standard` is every verdict, `NAT` four targets with names of their own. */
const NO_NAMES: ReadonlySet<string> = new Set(['standard', 'NAT']);

const program = (family: Family): string => (family === 'ipv4' ? 'iptables' : 'ip6tables');

const shown = ({ kind, name }: ExtensionDefinition): string => `${kind === 'match' ? '-m' : '-j'} ${name}`;

/** Names of the installed extensions with the families that their files are for. */
function installed(): { readonly name: string; readonly families: readonly Family[] }[] {
  const files = FOLDERS.filter((folder) => existsSync(folder)).flatMap((folder) => readdirSync(folder));
  return files.flatMap((file) => {
    const [, kind, name] = /^lib(xt|ipt|ip6t)_(\w+)\.so$/u.exec(file) ?? [];
    if (name === undefined || NO_NAMES.has(name)) return [];
    return [{ name, families: kind === 'xt' ? ['ipv4', 'ipv6'] : kind === 'ipt' ? ['ipv4'] : ['ipv6'] }];
  });
}

/** Long options in the part of the help that is about the extension. */
function listedIn(help: string): string[] {
  const own = help.slice(help.indexOf('print package version') + 'print package version'.length);
  return [...new Set([...own.matchAll(/(?:^|[\s[!(])--([a-z][a-z0-9-]+)/gmu)].map(([, option]) => option!))];
}

describeWithPrograms('the catalogue beside the help of iptables', () => {
  it('has every extension that is installed, for each family that can load it', async () => {
    // Targets are written in capitals. A name that is none would be taken for a chain's.
    const asked = installed().flatMap(({ name, families }) => families.map((family) => ({ name, family, isTarget: /^[A-Z]/u.test(name) })));
    assert.ok(asked.length > 150, 'iptables has its extensions somewhere else');
    const replies = await runScripts(asked.map(({ name, family, isTarget }) => `${program(family)} ${isTarget ? '-j' : '-m'} ${name} --help`));
    const loaded = asked.filter((_, index) => replies[index]!.status === 0);
    assert.deepEqual(loaded.filter(({ name, family, isTarget }) => (isTarget ? findTarget : findMatch)(name, family) === undefined), []);
    assert.ok(loaded.length > 150);
  });

  it('has every option that the help lists', async () => {
    const asked = [...MATCHES, ...TARGETS].flatMap((definition) => definition.families.map((family) => ({ definition, family })));
    const replies = await runScripts(asked.map(({ definition, family }) => `${program(family)} ${shown(definition)} --help`));
    let listed = 0;
    const wrong: string[] = [];
    for (const [index, { definition, family }] of asked.entries()) {
      const { status, output } = replies[index]!;
      assert.equal(status, 0, `${program(family)} ${shown(definition)}: ${output}`);
      const known = new Set(definition.options.filter((spec) => availableIn(spec, family)).flatMap(spellings));
      const options = listedIn(output);
      listed += options.length;
      wrong.push(...options.filter((name) => !known.has(name)).map((name) => `${program(family)} ${shown(definition)}: --${name}`));
    }
    assert.deepEqual(wrong, []);
    assert.ok(listed > 400, `only ${listed} options are listed`);
  });
});
