// The parts of VS Code's page that a driver looks at and touches.

/** A workbench in a page, with words for what a user sees and does there. */
export class Workbench {
  #page;

  constructor(page) {
    this.#page = page;
  }

  /** Waits until an editor shows `text`. */
  async shows(text) {
    await this.#page.locator('.view-lines').filter({ hasText: text }).first().waitFor({ timeout: 60_000 });
  }

  /** Gives the editor the whole width. */
  async hideSideBar() {
    await this.#page.keyboard.press('Control+b');
    await this.#page.locator('.part.sidebar').waitFor({ state: 'hidden' });
  }

  /** Clicks the code lens `title` above the line that begins with `start`. */
  async clickLens(title, start) {
    const lens = this.#page.locator('.codelens-decoration a', { hasText: title });
    await lens.first().waitFor({ timeout: 60_000 });
    const below = await this.#top(this.#line(start));
    const tops = await Promise.all((await lens.all()).map(async (one) => ({ one, top: await this.#top(one) })));
    const above = tops.filter(({ top }) => top < below).sort((a, b) => b.top - a.top);
    if (above.length === 0) throw new Error(`No code lens stands above \`${start}\`.`);
    await above[0].one.click();
  }

  /** Waits for the input box, types into it, and answers the rows of its list. */
  async type(text) {
    const input = this.#page.locator('.quick-input-widget:visible input.input');
    await input.waitFor({ timeout: 20_000 });
    await input.fill(text);
    const row = this.#page.locator('.quick-input-list .monaco-list-row', { hasText: text.replace(/^>/u, '') });
    await row.first().waitFor({ timeout: 20_000 });
    return (await this.#page.locator('.quick-input-list .monaco-list-row').allInnerTexts()).map(oneLine);
  }

  /** Waits for the input box and answers the rows of its list. */
  async choices() {
    await this.#page.locator('.quick-input-list .monaco-list-row').first().waitFor({ timeout: 20_000 });
    return (await this.#page.locator('.quick-input-list .monaco-list-row').allInnerTexts()).map(oneLine);
  }

  /** Types at the end of the file that the editor shows, as a person would, and waits until a list proposes `last`. */
  async write(text, last) {
    await this.press('Control+1');
    await this.press('Control+End');
    await this.#page.keyboard.type(text, { delay: 50 });
    await this.#page.locator('.suggest-widget.visible .monaco-list-row', { hasText: last }).first().waitFor({ timeout: 20_000 });
  }

  /** Runs a command of the palette by its title. */
  async command(title) {
    await this.press('F1');
    await this.type(`>${title}`);
    await this.press('Enter');
  }

  /** What the Test Explorer lists, as a screen reader is told: each test with its state. */
  async tests() {
    const rows = await this.#page.locator('.test-explorer .monaco-list-row').all();
    return Promise.all(rows.map(async (row) => (await row.getAttribute('aria-label')) ?? ''));
  }

  async press(key) {
    await this.#page.keyboard.press(key);
  }

  /**
   * What stands in the editor behind each line of `source`: the inlay hints, by the line's text. Only lines on the screen
   * are in the page.
   */
  async hints(source) {
    const shown = (await this.#page.locator('.view-lines .view-line').allTextContents()).map((line) => line.replaceAll('\u00A0', ' '));
    const longestFirst = source.split('\n').filter((line) => line !== '').sort((a, b) => b.length - a.length);
    const pairs = shown.flatMap((line) => {
      const known = longestFirst.find((text) => line.startsWith(text));
      const hint = known === undefined ? '' : oneLine(line.slice(known.length));
      return hint === '' ? [] : [[known, hint]];
    });
    return new Map(pairs);
  }

  /** The texts of the status bar. */
  async status() {
    return (await this.#page.locator('.statusbar-item').allInnerTexts()).map(oneLine).filter((text) => text !== '');
  }

  /** Clicks the item of the status bar that holds `text`. */
  async clickStatus(text) {
    await this.#page.locator('.statusbar-item', { hasText: text }).locator('a').first().click();
  }

  /** The messages that stand in the corner, of any severity. */
  async toasts() {
    return (await this.#page.locator('.notifications-toasts .notification-list-item-message').allInnerTexts()).map(oneLine);
  }

  /** Prefers a light or a dark theme and waits until the workbench follows. */
  async useTheme(kind) {
    await this.#page.emulateMedia({ colorScheme: kind });
    await this.#page.locator(kind === 'light' ? '.monaco-workbench.vs' : '.monaco-workbench.vs-dark').waitFor({ timeout: 20_000 });
  }

  /** Writes a picture of the page, with the pointer out of the way. */
  async picture(path) {
    await this.#page.mouse.move(0, 0);
    await this.#page.screenshot({ path });
  }

  #line(start) {
    return this.#page.locator('.view-lines .view-line').filter({ hasText: start.replaceAll(' ', '\u00A0') }).first();
  }

  async #top(locator) {
    const box = await locator.boundingBox();
    return box?.y ?? Number.NEGATIVE_INFINITY;
  }
}

function oneLine(text) {
  return text.replaceAll('\u00A0', ' ').replace(/\s+/gu, ' ').trim();
}
