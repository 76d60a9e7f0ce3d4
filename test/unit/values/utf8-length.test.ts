import assert from 'node:assert/strict';
import fc from 'fast-check';
import { utf8Length } from '../../../server/src/core/text.ts';

describe('the length of a text in UTF-8', () => {
  it('is that of its encoding, halves of characters included', () => {
    const unit = fc.oneof(fc.constantFrom('a', 'é', '߿', 'ࠀ', '–', '\ud83d\ude00', '\ud83d', '\ude00', '\uffff'), fc.string({ unit: 'binary', maxLength: 3 }));
    fc.assert(fc.property(fc.array(unit, { maxLength: 8 }), (units) => {
      const text = units.join('');
      assert.equal(utf8Length(text), new TextEncoder().encode(text).length);
    }));
  });
});
