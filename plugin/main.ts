// Entry point of `kubectl clrk`: this process's streams in, its exit code out.
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';

// Before anything else is loaded: compiled code is kept between calls, which halves the start of what talks to a cluster.
// In a folder of the person's own: in /tmp, Node's choice, anyone could lay code there for us.
const cache = process.env['XDG_CACHE_HOME'] ?? (process.env['HOME'] === undefined ? undefined : join(process.env['HOME'], '.cache'));
if (cache !== undefined) enableCompileCache(join(cache, 'kubectl-clrk'));
const [{ processContext }, { run }] = await Promise.all([import('./context.ts'), import('./run.ts')]);
process.exitCode = await run(process.argv.slice(2), processContext());
