import { strict as assert } from 'node:assert';
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { RULES } from '../../../server/src/rules/rules.generated.ts';
import { announced, check, kernelAvailable, refusal } from './check.ts';

const folder = fileURLToPath(new URL('../../fixtures/rules', import.meta.url));
const codes = new Set(RULES.map(({ code }) => code));

describe('diagnostics in rulesets', () => {
  for (const code of readdirSync(folder).sort()) {
    describe(code, () => {
      it('is a diagnostic', () => {
        assert.ok(codes.has(code));
      });

      for (const name of readdirSync(path.join(folder, code)).sort()) {
        const text = readFileSync(path.join(folder, code, name), 'utf8');
        const [first, second] = text.split('\n');
        const intent = (first!.startsWith('#!') ? second! : first!).slice(2);

        it(`${name}: ${intent}`, () => check(text, name));

        if (name.endsWith('.sh')) continue;
        it(`${name}: iptables-nft-restore agrees`, function () {
          if (!kernelAvailable) this.skip();
          const answer = refusal(text, 'nft', name.endsWith('.v6') ? 'ipv6' : 'ipv4');
          assert.equal(answer !== undefined, announced(text).some(({ what }) => what.startsWith('error') && what !== 'error: expectation-failed'), answer ?? 'taken');
        });
      }
    });
  }
});
