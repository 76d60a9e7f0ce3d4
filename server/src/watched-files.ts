import { DidChangeWatchedFilesNotification, type Connection, type Disposable, type FileSystemWatcher } from 'vscode-languageserver';

/** Lets the client tell when one of some files changes. */
export class WatchedFiles {
  private readonly connection: Connection;
  private watched = '';
  private registration: Promise<Disposable> | undefined;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** Watches the files at these uris and no others from here on. */
  watch(uris: ReadonlySet<string>): void {
    const sorted = [...uris].sort();
    const wanted = sorted.join('\n');
    if (wanted === this.watched) return;
    this.watched = wanted;
    const before = this.registration;
    const watchers = sorted.flatMap(watcherOf);
    this.registration = watchers.length === 0 ? undefined : this.connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
    void before?.then((registration) => { registration.dispose(); });
  }
}

/** None for a name with characters that patterns give a meaning to. */
function watcherOf(uri: string): FileSystemWatcher[] {
  const slash = uri.lastIndexOf('/');
  const name = decodeURIComponent(uri.slice(slash + 1));
  return /[*?{}[\]\\]/u.test(name) ? [] : [{ globPattern: { baseUri: uri.slice(0, slash), pattern: name } }];
}
