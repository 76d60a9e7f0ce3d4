import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import type { Backend } from '../../server/src/core/engine/traversal.ts';
import { check } from './check.ts';
import { conversations } from './conversations.ts';
import type { OracleRequest } from './protocol.ts';
import { describeWithKernel } from './support.ts';

const REQUESTS = JSON.parse(readFileSync(new URL('./worked.json', import.meta.url), 'utf8')) as readonly OracleRequest[];

/** Where the kernel's answer depends on what a packet or the facts about a host do not hold. */
const BEYOND_US: Readonly<Record<string, string>> = {
  'order-with-conntrack 5': 'the oracle puts a frame on lo that this host has not sent, which nat meets on its way in',
  'tproxy-tee-synproxy 2': 'SYNPROXY answers the SYN itself',
  'v6 2': 'the address is the host\'s by a route only, and IPv6 does not speak from such a one',
  'output-reroute 0': 'the namespace takes packets that come from its own addresses',
  'reject-then-state-in-output 2': 'the packet is INVALID by a wrong checksum, which REJECT does not answer',
};

describeWithKernel('worked cases', (backend: Backend, oracle) => {
  for (const request of [...REQUESTS, ...conversations()]) {
    it(request.id!, async () => {
      const { reply, disagreements } = await check(oracle(), request, backend);
      assert.ok(reply.ok, reply.error);
      const found = disagreements.filter(({ index }) => BEYOND_US[`${request.id} ${index}`] === undefined);
      assert.deepEqual(found.map(({ index, differences }) => [request.packets[index], differences]), []);
    });
  }
});
