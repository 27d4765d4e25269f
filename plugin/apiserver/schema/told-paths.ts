// Paths of fields that a client is told of: so many, and so long together, that no body makes more of them than a client can read.

const mostPaths = 1000;
const mostCharacters = 64 * 1024;
const longestPath = 1024;

export class ToldPaths {
  readonly #paths: string[] = [];
  readonly #most: number;
  #room = mostCharacters;

  constructor(most = mostPaths) {
    this.#most = most;
  }

  get all(): readonly string[] {
    return this.#paths;
  }

  add(path: string): void {
    // One is always told: that there was something must not be lost.
    if (this.#paths.length >= this.#most || (this.#paths.length > 0 && path.length > this.#room)) return;
    this.#room -= path.length;
    this.#paths.push(path.length > longestPath ? `${path.slice(0, longestPath)}...` : path);
  }
}
