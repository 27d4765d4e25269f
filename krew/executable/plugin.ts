// The plugin's start in the single executable, which keeps its compiled code inside.
import { processContext } from '../../plugin/context.ts';
import { run } from '../../plugin/run.ts';

void run(process.argv.slice(2), processContext()).then((code) => {
  process.exitCode = code;
});
