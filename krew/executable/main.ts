// What the single executable runs first: finds which of its programs is wanted, and gives that one its code.
import { getAsset, getRawAsset } from 'node:sea';
import { executable } from '../../sandbox/contract.ts';
import { Chunks } from './load.ts';
import { native, NoPlace } from './native.ts';
import { inside } from './words.ts';

const chunks = new Chunks({ text: (chunk) => getAsset(chunk, 'utf8'), compiled, native });

function compiled(chunk: string): Buffer | undefined {
  try {
    return Buffer.from(getRawAsset(inside.cache(chunk)));
  } catch {
    return undefined;
  }
}

function start(): void {
  const [program = '', itself = '', word, name = '', ...rest] = process.argv;
  if (word !== executable.innerProcess) return void chunks.load('plugin.js');
  if (process.platform !== 'linux' || !['worker', 'proxy', 'operator', 'apiserver'].includes(name)) {
    process.stderr.write(`error: ${executable.innerProcess} starts a part of a session on Linux, and ${JSON.stringify(name)} is none here\n`);
    process.exitCode = 2;
    return;
  }
  // Each program reads its arguments where it would find them if it were alone.
  process.argv = [program, itself, ...rest];
  try {
    chunks.load(`${name}.js`);
  } catch (error) {
    if (!(error instanceof NoPlace)) throw error;
    process.stderr.write(`error: ${error.message}\n${error.hints.map((hint) => `hint: ${hint}\n`).join('')}`);
    process.exitCode = 1;
  }
}

start();
