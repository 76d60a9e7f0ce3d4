import { createRequire } from 'node:module';

/** Version of the package that this bundle belongs to. */
export function version(): string {
  return (createRequire(`${__dirname}/`)('../package.json') as { version: string }).version;
}
