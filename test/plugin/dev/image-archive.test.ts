// What passes for the file of `--image`, before anything starts.
import test from 'ava';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { archiveFlaw } from '../../../plugin/dev/image-archive.ts';
import { dockerArchive, ociArchive, tar } from '../../sandbox/archives.ts';

const layer = [{ name: 'etc/os-release', body: randomBytes(40_000) }];
const docker = dockerArchive([layer]);
const cases: readonly (readonly [string, Buffer, RegExp | undefined])[] = [
  ['an archive of docker save', docker, undefined],
  ['an OCI layout', ociArchive([layer]), undefined],
  ['a gzipped archive', gzipSync(docker), undefined],
  ['an empty file', Buffer.alloc(0), /^is empty$/],
  ['a program', Buffer.concat([Buffer.from('\u007FELF'), randomBytes(5000)]), /^is no tar archive$/],
  ['a gzipped text', gzipSync('hello'), /^is no tar archive$/],
  ['half a gzip header', Buffer.from([0x1f, 0x8b, 8]), /^is no tar archive$/],
  ['a short text', Buffer.from('hello'), /^is no tar archive$/],
  ['a tar archive of other files', tar(layer), /of no image/],
  ['an archive that is cut off', docker.subarray(0, 20_000), /^is cut off$/],
  ['an archive with junk in its middle', Buffer.concat([tar(layer).subarray(0, -1024), randomBytes(2048)]), /^is damaged$/],
];
for (const [what, bytes, flaw] of cases) {
  test(`${what} is ${flaw ? 'refused' : 'taken'}`, (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'clrk-archive-'));
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'image.tar');
    writeFileSync(file, bytes);
    const found = archiveFlaw(file);
    if (flaw) t.regex(found ?? '', flaw);
    else t.is(found, undefined);
  });
}
