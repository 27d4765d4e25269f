import test from 'ava';
import { spawnSync } from 'node:child_process';
import { parseManifests } from '../../../plugin/manifests/read.ts';

const scalars = ['yes', 'y', 'on', 'No', 'off', 'true', 'TRUE', 'tRUE', '~', 'null', '12', '012', '0o12', '0x1F', '0b11', '1_000', '1e3', '1.5', '.5', '12:30', '12:30:45', '2024-01-01', '2024-01-01T00:00:00Z', '"12"', '+1', '-0', '1e', '0.0', '=', '<<x', 'a: b'.replace(':', ''), '1.', '0x', '!!str 12'];
const manifest = `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  values:\n${scalars.map((scalar) => `  - ${scalar}\n`).join('')}`;

test('scalars read as kubectl reads them', (t) => {
  const ours = parseManifests({ file: 'f', text: manifest }).manifests[0]?.object['spec'];
  const { stdout, status, error } = spawnSync('kubectl', ['label', '--local', '-f', '-', 'x=y', '-o', 'json'], { input: manifest.replace('kind: Pod', 'kind: Thing').replace('v1', 'example.com/v1'), encoding: 'utf8' });
  if (error !== undefined || status !== 0) {
    t.log('kubectl is not on PATH: compared with what it answered elsewhere');
    t.like(ours, { values: { 0: true, 1: true, 2: true, 3: false, 4: false, 14: 3, 18: 0.5, 19: '12:30', 21: '2024-01-01', 23: '12' } });
    return;
  }
  t.deepEqual(ours, (JSON.parse(stdout) as { spec: unknown }).spec);
});
