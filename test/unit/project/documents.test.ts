import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const text = (file: string): string => readFileSync(path.join(root, file), 'utf8');

describe('documents of the project', () => {
  for (const file of ['ARCHITECTURE.md', 'CONTRIBUTING.md']) {
    it(`${file} names only paths that exist`, () => {
      const paths = [...text(file).matchAll(/`([\w.-]+(?:\/[\w.-]+)*\/?)(?:\{[^}]*\})?`/gu)].map(([, name]) => name!)
        .filter((name) => name.includes('/') && !/NAME|CODE|VERB|generated/u.test(name) && !name.startsWith('match/') && !name.startsWith('target/'));
      assert.ok(paths.length > 5);
      assert.deepEqual(paths.filter((name) => !existsSync(path.join(root, name))), []);
    });
  }

  it('README.md shows a picture that exists, and links to what exists', () => {
    const links = [...text('README.md').matchAll(/\]\(([^)#:]+)\)/gu)].map(([, link]) => link!);
    assert.ok(links.some((link) => link.endsWith('.png')));
    assert.deepEqual(links.filter((link) => !existsSync(path.join(root, link))), []);
  });

  it('ARCHITECTURE.md has a line for every dependency', () => {
    const names = ['package.json', 'server/package.json', 'client/package.json'].flatMap((file) => {
      const { dependencies = {}, devDependencies = {} } = JSON.parse(text(file)) as Record<string, Record<string, string>>;
      return [...Object.keys(dependencies), ...Object.keys(devDependencies)];
    });
    const architecture = text('ARCHITECTURE.md');
    assert.deepEqual(names.filter((name) => !name.startsWith('@types/') && !architecture.includes(`\`${name}\``)), []);
  });

  it('names no address of a registry in the lock file', () => {
    assert.equal(/"resolved": "http/u.test(text('package-lock.json')), false);
  });

  it('tracks nothing that is derived', function () {
    if (!existsSync(path.join(root, '.git'))) this.skip();
    const tracked = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).split('\n');
    assert.deepEqual(tracked.filter((file) => /(^|\/)dist\/|\.generated\.ts$|\.vsix$|node_modules/u.test(file)), []);
  });
});
