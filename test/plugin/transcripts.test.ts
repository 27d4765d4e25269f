// Every scenario in transcripts/ is played as a person would: command lines in, what they print out.
import test from 'ava';
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { differences, hear, homeOf, parseTranscript } from '../support/transcript.ts';

const folder = join(import.meta.dirname, '../../../test/plugin/transcripts');
for (const file of globSync(join(folder, '*.txt')).toSorted()) {
  const transcript = parseTranscript(readFileSync(file, 'utf8'));
  if (transcript.wantsCluster) continue;
  test(`${basename(file, '.txt')}: ${transcript.title}`, async (t) => {
    const { home, remove } = homeOf(transcript);
    t.teardown(remove);
    t.true(transcript.steps.length > 0);
    for (const step of transcript.steps) {
      const heard = await hear(step.line, { home, env: transcript.env });
      t.deepEqual(differences(step, heard, home), []);
    }
  });
}
