import { spawnSync } from 'node:child_process';
import type { Backend } from '../../server/src/core/engine/traversal.ts';
import { KernelOracle } from './client.ts';

const PROGRAMS = ['python3', 'ip', 'nft', 'ipset', 'iptables-legacy-restore', 'iptables-nft-restore'];

/** Why the kernel can't be asked here; undefined when it can. */
export function missingForKernel(): string | undefined {
  if (process.getuid?.() !== 0) return 'it needs root';
  const absent = PROGRAMS.filter((program) => spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status !== 0);
  return absent.length === 0 ? undefined : `${absent.join(', ')} ${absent.length === 1 ? 'is' : 'are'} not installed`;
}

/** A suite that runs once for each back end, with a kernel of its own; left out aloud where there is none to ask. */
export function describeWithKernel(title: string, body: (backend: Backend, oracle: () => KernelOracle) => void): void {
  for (const backend of ['legacy', 'nft'] as const) {
    describe(`${title} (${backend})`, () => {
      let oracle: KernelOracle | undefined;
      before(function () {
        const reason = missingForKernel();
        if (reason !== undefined) {
          console.log(`      left out: the kernel can't be asked, because ${reason}`);
          this.skip();
        }
        oracle = new KernelOracle(backend);
      });
      after(async () => { await oracle?.close(); });
      body(backend, () => oracle!);
    });
  }
}
