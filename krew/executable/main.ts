// What the single executable runs first: finds which of its programs is wanted, and gives that one its code.
import { createRequire, isBuiltin } from 'node:module';
import { getAsset, getRawAsset } from 'node:sea';
import { Script } from 'node:vm';
import { executable } from '../../sandbox/contract.ts';
import { native } from './native.ts';
import { inside, nativeModule } from './words.ts';

interface Loaded {
  exports: unknown;
}
type Require = (name: string) => unknown;

const loaded = new Map<string, Loaded>();
const builtin = createRequire(process.execPath);

const give: Require = (name) => {
  if (name.startsWith('./')) return load(name.slice(2));
  if (name === nativeModule) return native();
  // Of what is no part of Node, nothing is looked for around the executable: whoever could write there would be run.
  if (isBuiltin(name)) return builtin(name);
  throw Object.assign(new Error(`${name} is not in this executable`), { code: 'MODULE_NOT_FOUND' });
};

function load(chunk: string): unknown {
  const known = loaded.get(chunk);
  if (known) return known.exports;
  const module: Loaded = { exports: {} };
  loaded.set(chunk, module);
  const cachedData = compiled(chunk);
  const script = new Script(`(function(exports,require,module){${getAsset(chunk, 'utf8')}\n})`, {
    filename: chunk,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  (script.runInThisContext() as (exports: unknown, require: Require, module: Loaded) => void)(module.exports, give, module);
  return module.exports;
}

/** What V8 made of the chunk where the executable was built; it takes it only if it is of the very same V8. */
function compiled(chunk: string): Buffer | undefined {
  try {
    return Buffer.from(getRawAsset(inside.cache(chunk)));
  } catch {
    return undefined;
  }
}

function start(): void {
  const [program = '', itself = '', word, name = '', ...rest] = process.argv;
  if (word !== executable.innerProcess) return void load('plugin.js');
  if (!['worker', 'proxy', 'operator', 'apiserver'].includes(name)) {
    process.stderr.write(`error: ${executable.innerProcess} starts a part of a session, and ${JSON.stringify(name)} is none\n`);
    process.exitCode = 2;
    return;
  }
  // Each program reads its arguments where it would find them if it were alone.
  process.argv = [program, itself, ...rest];
  load(`${name}.js`);
}

start();
