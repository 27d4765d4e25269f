// Takes the lock of a folder at the moment that its test names, tells what came of it, and holds it until its stdin ends.
import { LockedError, takeLock } from '../../../../plugin/apiserver/store/lock.ts';

const [folder = '', at = '0'] = process.argv.slice(2);
while (Date.now() < Number(at)) { /* all at the same moment */ }
try {
  const release = takeLock(folder);
  process.stdout.write('taken\n');
  process.stdin.on('end', () => {
    release();
    process.exit(0);
  }).resume();
} catch (error) {
  if (!(error instanceof LockedError)) throw error;
  process.stdout.write(`refused ${error.message}\n`);
  process.stdin.destroy();
}
