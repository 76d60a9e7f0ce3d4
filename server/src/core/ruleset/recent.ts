/** Values of one round by their texts: mostly one, and of what runs again and again thousands. */
class Few<Value> {
  private text: string | undefined;
  private value: Value | undefined;
  private others: Map<string, Value> | undefined;

  get(text: string): Value | undefined {
    return text === this.text ? this.value : this.others?.get(text);
  }

  /** Adds a value of a text that has none. */
  add(text: string, value: Value): void {
    if (this.text === undefined) {
      this.text = text;
      this.value = value;
    } else (this.others ??= new Map()).set(text, value);
  }
}

/** One of several rounds, in each of which values may be asked for. */
export class Round {
  private readonly asked: { forgetBefore(): void }[] = [];

  /** Takes note that the first value of some was asked for. */
  ask(values: { forgetBefore(): void }): void {
    this.asked.push(values);
  }

  /** Comes to its end: of what was asked for, values that were not are forgotten. */
  end(): void {
    for (const values of this.asked.splice(0)) values.forgetBefore();
  }
}

/**
 * Values by the texts that they were made of. Who types makes a new text with each letter, so those go that were not asked
 * for in the last round in which any was.
 */
export class Recent<Value> {
  private round: Round | undefined;
  private now = new Few<Value>();
  private before: Few<Value> | undefined;

  /** The value of a text, made where it is not known. */
  of(text: string, round: Round, make: () => Value): Value {
    if (round !== this.round) {
      this.round = round;
      this.before = this.now;
      this.now = new Few();
      round.ask(this);
    }
    const known = this.now.get(text);
    if (known !== undefined) return known;
    const value = this.before?.get(text) ?? make();
    this.now.add(text, value);
    return value;
  }

  forgetBefore(): void {
    this.before = undefined;
  }
}
