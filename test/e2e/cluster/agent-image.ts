// The image of the example agent, made of this machine's programs, as a worker takes archives.
import { archive, image, layer } from '../../../krew/images/oci.ts';
import { file, folder, link, tree } from '../../../krew/images/tree.ts';
import { installed } from '../../node/files.ts';

const programs = ['sh', 'curl', 'sed', 'sleep', 'cat', 'env', 'grep'];

export function agentImage(reference: string): Buffer {
  const files = tree([
    ...['bin', 'sbin', 'lib', 'lib64'].map((name) => [name, link(`usr/${name}`)] as const),
    ...['dev', 'proc', 'sys', 'run'].map((name) => [name, folder()] as const),
    ['tmp', folder(undefined, 0o1777)],
    ['etc/passwd', file('root:x:0:0:root:/:/bin/sh\n')],
    ...programs.flatMap((name) => installed(name)),
  ]);
  const config = { User: '0', Entrypoint: [], Env: ['PATH=/usr/bin:/bin'], WorkingDir: '/', ExposedPorts: {}, Labels: {}, StopSignal: 'SIGTERM' };
  return archive(image(process.arch === 'arm64' ? 'arm64' : 'amd64', [layer(files, (_diffId, pack) => pack())], config, '2020-01-01T00:00:00Z'), reference);
}
