// Runs the chunks of the single executable as scripts, each once, and lets them ask for one another.
import { createRequire, isBuiltin } from 'node:module';
import { Script } from 'node:vm';
import { nativeModule } from './words.ts';

export interface Inside {
  readonly text: (chunk: string) => string;
  /** What V8 made of the chunk before; it takes it only if it is of the very same V8. */
  readonly compiled: (chunk: string) => Buffer | undefined;
  readonly native: () => unknown;
}

interface Loaded {
  exports: unknown;
}
type Require = (name: string) => unknown;

export class Chunks {
  readonly scripts = new Map<string, Script>();
  readonly #inside: Inside;
  readonly #loaded = new Map<string, Loaded>();
  readonly #builtin = createRequire(process.execPath);

  constructor(inside: Inside) {
    this.#inside = inside;
  }

  load(chunk: string): unknown {
    const known = this.#loaded.get(chunk);
    if (known) return known.exports;
    const module: Loaded = { exports: {} };
    this.#loaded.set(chunk, module);
    const cachedData = this.#inside.compiled(chunk);
    const script = new Script(`(function(exports,require,module){${this.#inside.text(chunk)}\n})`, { filename: chunk, ...(cachedData === undefined ? {} : { cachedData }) });
    this.scripts.set(chunk, script);
    (script.runInThisContext() as (exports: unknown, require: Require, module: Loaded) => void)(module.exports, this.#give, module);
    return module.exports;
  }

  readonly #give: Require = (name) => {
    if (name.startsWith('./')) return this.load(name.slice(2));
    if (name === nativeModule) return this.#inside.native();
    // Of what is no part of Node, nothing is looked for around the executable: whoever could write there would be run.
    if (isBuiltin(name)) return this.#builtin(name);
    throw Object.assign(new Error(`${name} is not in this executable`), { code: 'MODULE_NOT_FOUND' });
  };
}
