// Entry point of `kubectl clrk`: this process's streams in, its exit code out.
import { existsSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Before anything else is loaded: compiled code is kept between calls, which halves the start of what talks to a cluster.
// In a folder of the person's own: in /tmp, Node's choice, anyone could lay code there for us. Below a home that exists:
// making folders for one that does not hangs in /proc and leaves litter elsewhere.
const { HOME: home = '', XDG_CACHE_HOME: caches = join(home, '.cache') } = process.env;
if (existsSync(home)) enableCompileCache(join(caches, 'kubectl-clrk'));
const [{ processContext }, { run, completionWord }] = await Promise.all([import('./context.ts'), import('./run.ts')]);
process.exitCode = await run(process.argv.slice(2), processContext());
// A program that logs in for us may still be asking; nobody waits for its answer any more.
if (process.argv[2] === completionWord) process.exit();
