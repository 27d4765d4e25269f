// Waits until the store has come to a revision that a client has seen elsewhere.
import { tooLargeVersion } from '../status.ts';
import type { Store } from '../store/store.ts';

/** As long as a real server waits for its cache. */
const mostMs = 3000;

/** Throws a 504 when the revision does not come: it is of another store, or made up. */
export async function untilRevision(store: Store, revision: number): Promise<void> {
  if (revision <= store.revision) return;
  const came = await new Promise<boolean>((resolve) => {
    const stop = store.subscribe((change) => {
      if (change.revision >= revision) finish(true);
    });
    const timer = setTimeout(() => finish(false), mostMs);
    const finish = (done: boolean): void => {
      stop();
      clearTimeout(timer);
      resolve(done);
    };
  });
  if (!came) throw tooLargeVersion(revision, store.revision);
}
