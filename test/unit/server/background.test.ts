import { strict as assert } from 'node:assert';
import { Background } from '../../../server/src/background.ts';

function* endless(step: () => void): Generator<undefined, void> {
  for (;;) {
    step();
    yield undefined;
  }
}

function* short(): Generator<undefined, void> {
  yield undefined;
}

const finished = (background: Background<string>, key: string): Promise<void> => new Promise((done) => background.start(key, 0, short, done));

describe('work in the background', () => {
  it('lets others have their turn and is given up for the next one', async () => {
    const background = new Background<string>();
    let steps = 0;
    let isDone = false;
    background.start('a', 0, () => endless(() => steps++), () => { isDone = true; });
    // The endless work does not keep other keys from theirs.
    await finished(background, 'b');
    await finished(background, 'b');
    assert.ok(steps > 0);
    await finished(background, 'a');
    const before = steps;
    await finished(background, 'b');
    assert.equal(steps, before);
    assert.equal(isDone, false);
  });

  it('is not even begun when it is stopped during the pause', async () => {
    const background = new Background<string>();
    let begun = false;
    background.start('a', 0, () => { begun = true; return short(); }, () => undefined);
    background.stop('a');
    await finished(background, 'b');
    assert.equal(begun, false);
  });
});
