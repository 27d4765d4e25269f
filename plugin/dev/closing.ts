// What has to be undone when a session ends, in the opposite order of its doing.

interface Step {
  readonly what: string;
  readonly undo: () => void | Promise<void>;
}

export class Closing {
  readonly #steps: Step[] = [];
  #isClosed = false;

  /** Registers the undoing of something that was just done; what was done too late is undone at once. */
  add(what: string, undo: () => void | Promise<void>): void {
    if (!this.#isClosed) this.#steps.push({ what, undo });
    else Promise.resolve().then(undo).catch(() => undefined);
  }

  /** Undoes everything; a step that fails is told and does not keep the others back. */
  async run(tell: (problem: string) => void): Promise<void> {
    this.#isClosed = true;
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      try {
        await step.undo();
      } catch (error) {
        tell(`${step.what}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
}
