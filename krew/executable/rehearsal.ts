// Runs a command of the plugin from its chunks as files, and at its end keeps what V8 compiled of them: the code that commands need at their start.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Chunks } from './load.ts';
import { inside } from './words.ts';

const [node = '', , folder = '', ...line] = process.argv;
const cacheOf = (chunk: string): string => join(folder, inside.cache(chunk));

const chunks = new Chunks({
  text: (chunk) => readFileSync(join(folder, chunk), 'utf8'),
  // So that what one command needed stays beside what the next one needs.
  compiled: (chunk) => (existsSync(cacheOf(chunk)) ? readFileSync(cacheOf(chunk)) : undefined),
  native: () => ({}),
});
process.on('exit', () => {
  for (const [chunk, script] of chunks.scripts) writeFileSync(cacheOf(chunk), script.createCachedData());
});
process.argv = [node, 'kubectl-clrk', ...line];
chunks.load('plugin.js');
