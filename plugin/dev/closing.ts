// What has to be undone when a session ends, in the opposite order of its doing.

interface Step {
  readonly what: string;
  readonly undo: () => void | Promise<void>;
}

export class Closing {
  readonly #steps: Step[] = [];

  /** Registers the undoing of something that was just done. */
  add(what: string, undo: () => void | Promise<void>): void {
    this.#steps.push({ what, undo });
  }

  /** Undoes everything; a step that fails is told and does not keep the others back. */
  async run(tell: (problem: string) => void): Promise<void> {
    for (let step = this.#steps.pop(); step; step = this.#steps.pop()) {
      try {
        await step.undo();
      } catch (error) {
        tell(`${step.what}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
}
