import assert from 'node:assert/strict';
import { mayCall } from '../../../server/src/open-text.ts';

describe('a shell script may call iptables', () => {
  it('where it names it, or reads a file that may', () => {
    for (const script of ['/sbin/iptables -L', 'ip6tables-restore < x', 'IPT=$(command -v xtables-nft-multi)', '. /etc/firewall.conf\n$IPT -L', 'x=1; source ./lib.sh', '[ -f x ] && . x']) {
      assert.equal(mayCall(script), true, script);
    }
  });

  it('and nowhere else', () => {
    for (const script of ['', '#!/bin/sh\nls . | wc -l', 'echo "source: $x"', 'tar xf a.tar -C .', 'cp a ./b']) assert.equal(mayCall(script), false, script);
  });
});
