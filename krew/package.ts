// `npm run package`: one executable for each platform, packed for Krew, with check sums, a bill of materials and licences, in dist/package/.
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root, version } from './checkout.ts';
import { release } from './packaging/release.ts';
import { archiveName, billName, checksumsName, nodeVersion, programName, targets, type Target } from './targets.ts';

function chosen(names: readonly string[] | undefined): readonly Target[] {
  if (names === undefined) return targets;
  const unknown = names.find((name) => !targets.some((target) => target.name === name));
  if (unknown !== undefined) throw new Error(`there is no target ${unknown}: ${targets.map(({ name }) => name).join(', ')}`);
  return targets.filter(({ name }) => names.includes(name));
}

const sumLine = (name: string, bytes: Buffer): string => `${createHash('sha256').update(bytes).digest('hex')}  ${name}\n`;

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { target: { type: 'string', multiple: true }, out: { type: 'string' } } });
  const out = values.out ?? join(root, 'dist/package');
  if (process.version !== `v${nodeVersion}` || process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`executables are made by Node ${nodeVersion} on Linux x64, and this is ${process.version} on ${process.platform} ${process.arch}: only that one can compile ahead for itself`);
  }
  const work = mkdtempSync(join(tmpdir(), 'clrk-package-'));
  try {
    rmSync(out, { recursive: true, force: true });
    mkdirSync(out, { recursive: true });
    const began = performance.now();
    const { bill, made } = await release(chosen(values.target), work);
    const files: [string, Buffer][] = [];
    for await (const { target, file, archive: pack } of made) {
      const archive = pack();
      const name = archiveName(target, version);
      const folder = join(out, `${target.os}_${target.arch}`);
      mkdirSync(folder);
      copyFileSync(file, join(folder, programName(target)));
      writeFileSync(join(out, name), archive);
      files.push([name, archive]);
      process.stdout.write(`${name}  ${(archive.length / 1e6).toFixed(1)} MB  after ${((performance.now() - began) / 1000).toFixed(0)} s\n`);
    }
    const written = Buffer.from(bill);
    writeFileSync(join(out, billName), written);
    files.push([billName, written]);
    writeFileSync(join(out, checksumsName), files.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, bytes]) => sumLine(name, bytes)).join(''));
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

try {
  await main();
} catch (error) {
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
