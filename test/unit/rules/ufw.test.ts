import { strict as assert } from 'node:assert';
import { findingsOf } from './check.ts';

const codes = (text: string, name?: string): string[] => findingsOf(text, name).filter(({ severity }) => severity === 'error').map(({ code, line }) => `${code} ${line.number + 1}`);

describe('files of ufw', () => {
  it('may name the chains that ufw makes before it loads them', () => {
    assert.deepEqual(codes('*filter\n:ufw-before-input - [0:0]\n-A ufw-before-input -m conntrack --ctstate INVALID -j ufw-logging-deny\nCOMMIT\n', 'before.rules'), []);
    assert.deepEqual(codes('*filter\n:ufw6-after-input - [0:0]\n-A ufw6-after-input -p udp --dport 137 -j ufw6-skip-to-policy-input\nCOMMIT\n', 'after6.rules'), []);
  });

  it('may have a table of the kernel beside theirs', () => {
    assert.deepEqual(codes('*nat\n:POSTROUTING ACCEPT [0:0]\nCOMMIT\n*filter\n:ufw-before-input - [0:0]\n-A ufw-before-input -j ufw-logging-deny\nCOMMIT\n'), []);
  });

  it('may not misspell them', () => {
    assert.deepEqual(codes('*filter\n:ufw-before-input - [0:0]\n-A ufw-before-input -j ufw-loging-deny\nCOMMIT\n'), ['undefined-chain 3']);
  });

  it('are no saved rulesets, which have to declare them', () => {
    assert.deepEqual(codes('*filter\n:INPUT DROP [0:0]\n:ufw-before-input - [0:0]\n-A ufw-before-input -j ufw-logging-deny\nCOMMIT\n'), ['undefined-chain 4']);
  });
});
