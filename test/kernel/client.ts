import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Backend } from '../../server/src/core/engine/traversal.ts';
import type { OracleReply, OracleRequest } from './protocol.ts';

const ORACLE = fileURLToPath(new URL('./oracle', import.meta.url));

/**
 * The real kernel, asked through a python process that owns two network namespaces of its own. Needs root; `close` ends
 * the process, which removes its namespaces.
 */
export class KernelOracle {
  private readonly process: ChildProcessWithoutNullStreams;
  private readonly replies: Interface;
  private readonly waiting: { resolve(reply: OracleReply): void; reject(error: Error): void }[] = [];
  private errors = '';

  constructor(backend: Backend) {
    this.process = spawn('python3', ['-B', ORACLE, '--server', '--backend', backend]);
    this.process.stderr.on('data', (chunk: Buffer) => { this.errors += chunk.toString(); });
    this.replies = createInterface(this.process.stdout);
    this.replies.on('line', (line) => { this.waiting.shift()?.resolve(JSON.parse(line) as OracleReply); });
    this.process.on('exit', () => {
      for (const { reject } of this.waiting.splice(0)) reject(new Error(`the kernel oracle ended: ${this.errors}`));
    });
  }

  /** Loads the ruleset into a fresh kernel state and sends the packets in order. */
  ask(request: OracleRequest): Promise<OracleReply> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve, reject });
      this.process.stdin.write(`${JSON.stringify(request)}\n`);
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.process.once('exit', () => { resolve(); });
      this.process.stdin.end();
    });
  }
}
