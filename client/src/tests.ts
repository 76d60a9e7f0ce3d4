import { Disposable, Location, type TestController, type TestItem, TestMessage, type TestRun, TestRunProfileKind, type TestRunRequest, Uri, tests, workspace } from 'vscode';
import { languages } from './documents.ts';
import type { ExpectationsAnswer } from './protocol.ts';
import { fileItem, fill } from './test-items.ts';

/** Names of files that hold rulesets or firewall scripts; those without expectations are not listed. */
const FILES = '**/{*.v4,*.v6,*.iptables,*.ip6tables,*.rules,*.sh,iptables,ip6tables}';
const LIMIT = 500;
const EXPECTATION = /^[ \t]*#[ \t]*expect[ \t]/mu;

/** Runs the server's command for the expectations of an open document. */
export type AskExpectations = (uri: string) => Promise<ExpectationsAnswer>;

/** The workspace's expectations as tests of the editor's Test Explorer. */
export interface ExpectationTests extends Disposable {
  /** Lists an open document's expectations anew, after it was opened or edited. */
  renew(uri: string): Promise<void>;
}

/** Creates the tests; files that are not open are found when the Test Explorer first asks for them. */
export function createExpectationTests(ask: AskExpectations): ExpectationTests {
  const controller = tests.createTestController('iptables-lens', 'iptables Lens');
  const renew = async (uri: Uri): Promise<void> => void await list(controller, uri, ask);
  controller.resolveHandler = (item) => (item === undefined ? discover(controller) : item.uri === undefined ? undefined : renew(item.uri));
  controller.refreshHandler = () => discover(controller);
  controller.createRunProfile('Run', TestRunProfileKind.Run, (request) => run(controller, request, ask), true);
  const opened = workspace.onDidOpenTextDocument(({ languageId, uri, getText }) => {
    if (languages.includes(languageId) && EXPECTATION.test(getText())) void renew(uri);
  });
  return {
    async renew(uri) {
      if (controller.items.get(uri) !== undefined || EXPECTATION.test(openText(uri))) await renew(Uri.parse(uri));
    },
    dispose: () => Disposable.from(controller, opened).dispose(),
  };
}

const openText = (uri: string): string => workspace.textDocuments.find((document) => document.uri.toString() === uri)?.getText() ?? '';

/** Lists the files with expectations in the workspace; what is in them is asked for when somebody looks. */
async function discover(controller: TestController): Promise<void> {
  const files = await workspace.findFiles(FILES, '**/node_modules/**', LIMIT);
  await Promise.all(files.map(async (uri) => {
    const text = new TextDecoder().decode(await workspace.fs.readFile(uri));
    if (EXPECTATION.test(text)) fileItem(controller, uri).canResolveChildren = true;
  }));
}

/** Fills a file's item; the server answers for open documents, so the file is opened without showing it. */
async function list(controller: TestController, uri: Uri, ask: AskExpectations): Promise<ReturnType<typeof fill>> {
  const document = await workspace.openTextDocument(uri);
  const { expectations } = await ask(uri.toString());
  const file = fileItem(controller, uri);
  file.canResolveChildren = false;
  const items = fill(controller, file, document, expectations);
  if (items.size === 0) controller.items.delete(file.id);
  return items;
}

/** Runs what is asked for, or everything: a file's expectations always run together, since those of a scenario share a world. */
async function run(controller: TestController, request: TestRunRequest, ask: AskExpectations): Promise<void> {
  if (request.include === undefined) await discover(controller);
  const wanted = request.include ?? [...controller.items].map(([, item]) => item);
  const run = controller.createTestRun(request);
  for (const uri of new Set(wanted.map((item) => item.uri!.toString()))) {
    const items = await list(controller, Uri.parse(uri), ask);
    for (const [item, { status, message }] of items) {
      if (wanted.some((one) => holds(one, item)) && request.exclude?.some((one) => holds(one, item)) !== true) report(run, item, status, message);
    }
  }
  run.end();
}

/** Whether the item is the other one or stands below it. */
function holds(one: TestItem, item: TestItem): boolean {
  for (let at: TestItem | undefined = item; at !== undefined; at = at.parent) if (at.id === one.id) return true;
  return false;
}

function report(run: TestRun, item: TestItem, status: ExpectationsAnswer['expectations'][number]['status'], text: string): void {
  run.appendOutput(`${status}: ${item.label}\r\n    ${text}\r\n`, undefined, item);
  if (status === 'pass') {
    run.passed(item);
    return;
  }
  const message = new TestMessage(text);
  if (item.uri !== undefined && item.range !== undefined) message.location = new Location(item.uri, item.range);
  if (status === 'invalid') run.errored(item, message);
  else run.failed(item, message);
}
