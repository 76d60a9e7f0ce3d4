/** Does something once nothing has asked for it for a while. */
export class Pause {
  private readonly length: number;
  private readonly end: () => void;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `length`: how long that is, in milliseconds. */
  constructor(length: number, end: () => void) {
    this.length = length;
    this.end = end;
  }

  /** Asks for it. */
  start(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(this.end, this.length);
  }
}
