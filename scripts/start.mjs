// Opens the extension on the examples; see vscode-host/open-examples.mjs for its options.
import { installDependencies } from './dependencies.mjs';

installDependencies();
// Not before the packages are there.
await import('./vscode-host/open-examples.mjs');
