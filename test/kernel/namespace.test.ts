import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readlinkSync } from 'node:fs';
import { apart } from '../support/programs.ts';
import { describeWithPrograms } from './namespace.ts';

describeWithPrograms('a command that runs apart', () => {
  it('is in a network namespace of its own', () => {
    const { status, stdout } = spawnSync(...apart('readlink', '/proc/self/ns/net'), { encoding: 'utf8' });
    assert.equal(status, 0);
    assert.notEqual(stdout.trim(), readlinkSync('/proc/self/ns/net'));
  });

  it('does not run where it would be in that of the host', () => {
    const [, [, shell, ...words]] = apart('echo', 'done');
    const { status, stdout, stderr } = spawnSync(shell!, words, { encoding: 'utf8' });
    assert.deepEqual([status, stdout, stderr], [99, '', 'this is the network namespace of the host\n']);
  });
});
