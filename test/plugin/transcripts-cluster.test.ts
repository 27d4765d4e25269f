// The scenarios in transcripts/ that need an API server, each with one of its own: the embedded one, and a real one.
import test from 'ava';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { clusterKinds, startCluster } from '../support/cluster.ts';
import { differences, hear, homeOf, parseTranscript } from '../support/transcript.ts';

const folder = join(import.meta.dirname, '../../../test/plugin/transcripts');
for (const file of globSync(join(folder, '*.txt')).toSorted()) {
  const transcript = parseTranscript(readFileSync(file, 'utf8'));
  if (!transcript.wantsCluster) continue;
  for (const kind of clusterKinds) {
    test.serial(`${basename(file, '.txt')}, on a cluster that is ${kind}: ${transcript.title}`, async (t) => {
      const { home, remove } = homeOf(transcript);
      t.teardown(remove);
      await startCluster(t, { kind, kubeconfig: join(home, '.clrk/kubeconfig.host') });
      for (const step of transcript.steps) {
        const heard = await hear(step.line, { home, env: transcript.env });
        t.deepEqual(differences(step, heard, home), []);
      }
    });
  }
}
