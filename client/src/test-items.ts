import { Range, type TestController, type TestItem, type TextDocument, type Uri, workspace } from 'vscode';
import type { Expectation } from './protocol.ts';

/** The test item of a file, made where it is not there yet. */
export function fileItem(controller: TestController, uri: Uri): TestItem {
  const id = uri.toString();
  const known = controller.items.get(id);
  if (known !== undefined) return known;
  const item = controller.createTestItem(id, workspace.asRelativePath(uri), uri);
  controller.items.add(item);
  return item;
}

/**
 * Puts a file's expectations below its item, those of a scenario below an item of its own, and answers the item of each
 * expectation. Items keep their identity, and with it their last result, while their text stays the same.
 */
export function fill(controller: TestController, file: TestItem, document: TextDocument, expectations: readonly Expectation[]): Map<TestItem, Expectation> {
  const items = new Map<TestItem, Expectation>();
  const tree = new Map<TestItem, TestItem[]>([[file, []]]);
  const ids = new Map<string, number>();
  const create = (parent: TestItem, text: string, line: number): TestItem => {
    const wanted = `${parent.id}\n${text}`;
    const times = ids.get(wanted) ?? 0;
    ids.set(wanted, times + 1);
    const id = `${wanted}\n${times}`;
    const item = parent.children.get(id) ?? controller.createTestItem(id, text, document.uri);
    item.range = document.validateRange(new Range(line, 0, line, Number.MAX_SAFE_INTEGER));
    tree.get(parent)!.push(item);
    return item;
  };
  let scenario: { title: string; end: number; item: TestItem } | undefined;
  for (const expectation of expectations) {
    const { line, label } = expectation;
    if (expectation.scenario === undefined) scenario = undefined;
    else if (scenario?.title !== expectation.scenario || scenario.end !== line - 1) {
      const item = create(file, expectation.scenario === '' ? 'scenario' : expectation.scenario, line - 1);
      tree.set(item, []);
      scenario = { title: expectation.scenario, end: line, item };
    } else scenario.end = line;
    items.set(create(scenario?.item ?? file, label, line), expectation);
  }
  for (const [parent, children] of tree) parent.children.replace(children);
  return items;
}
