import type { ReadFile } from './core/shell/interpreter.ts';

/**
 * Reads what a script at `uri` reads by a relative path, from beside the script. An absolute path speaks of the machine
 * that the script is for, which need not be this one.
 */
export function readBeside(uri: string, readText: (uri: string) => string | undefined): ReadFile {
  const folder = uri.slice(0, uri.lastIndexOf('/') + 1);
  return (path) => {
    const parts = path.replace(/^\.\//u, '').split('/');
    if (parts.some((part) => part === '' || part === '..')) return undefined;
    return readText(folder + parts.map(encodeURIComponent).join('/'));
  };
}
