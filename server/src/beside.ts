import type { ReadFile } from './core/shell/interpreter.ts';

/** Reads what a script at `uri` reads from its own folder. */
export function readBeside(uri: string, readText: (uri: string) => string | undefined): ReadFile {
  return (path) => {
    const file = uriBeside(uri, path);
    return file === undefined ? undefined : readText(file);
  };
}

/**
 * Where a path leads that a script at `uri` names, in its own folder. Any other absolute path speaks of the machine that
 * the script is for, which need not be this one.
 */
export function uriBeside(uri: string, path: string): string | undefined {
  const folder = uri.slice(0, uri.lastIndexOf('/') + 1);
  // What was never saved stands nowhere.
  if (!URL.canParse(folder) || folder.startsWith('untitled:')) return undefined;
  const own = decoded(new URL(folder).pathname);
  const below = own !== '/' && path.startsWith(own) ? path.slice(own.length) : path;
  const parts = below.replace(/^\.\//u, '').split('/');
  if (parts.some((part) => part === '' || part === '..' || part.includes('\0'))) return undefined;
  return folder + parts.map(encodeURIComponent).join('/');
}

/** The path as files have it; of one that some client has not encoded, what it says. */
function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (error) {
    if (error instanceof URIError) return path;
    throw error;
  }
}
