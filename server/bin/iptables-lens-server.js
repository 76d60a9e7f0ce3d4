#!/usr/bin/env node
// require() spares node the search for named exports in a large CommonJS bundle, which import would make.
import { createRequire } from 'node:module';

createRequire(import.meta.url)('../dist/server.cjs');
