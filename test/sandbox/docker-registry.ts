// Runs Debian's docker-registry, and pushes images to it over the API that every registry has.
import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../support/free-port.ts';
import type { Made } from './images.ts';

export const registryProgram = ['/usr/bin/docker-registry', '/usr/local/bin/docker-registry', process.env['CLRK_TEST_REGISTRY'] ?? ''].find((path) => path !== '' && existsSync(path));

export class DockerRegistry {
  readonly host: string;
  readonly #process: ChildProcess;

  private constructor(host: string, running: ChildProcess) {
    this.host = host;
    this.#process = running;
  }

  /** `folder` is kept by the test, so that another one can be started over the same content. */
  static async start(program: string, folder: string, port?: number): Promise<DockerRegistry> {
    const chosen = port ?? (await freePort());
    mkdirSync(folder, { recursive: true });
    const config = { version: 0.1, log: { level: 'error' }, storage: { filesystem: { rootdirectory: join(folder, 'content') }, delete: { enabled: true } }, http: { addr: `127.0.0.1:${chosen}` } };
    // JSON is YAML.
    writeFileSync(join(folder, 'config.yml'), JSON.stringify(config));
    const running = spawn(program, ['serve', join(folder, 'config.yml')], { stdio: 'ignore' });
    const registry = new DockerRegistry(`127.0.0.1:${chosen}`, running);
    for (let tries = 0; tries < 200; tries++) {
      const answer = await fetch(`http://${registry.host}/v2/`).catch(() => undefined);
      if (answer?.ok === true) return registry;
      await sleep(25);
    }
    throw new Error('docker-registry does not answer');
  }

  async push(name: string, tag: string, images: readonly Made[]): Promise<void> {
    for (const image of images) {
      for (const [digest, bytes] of image.blobs) {
        const begun = await fetch(`http://${this.host}/v2/${name}/blobs/uploads/`, { method: 'POST' });
        const to = new URL(begun.headers.get('location') ?? '', `http://${this.host}`);
        to.searchParams.set('digest', digest);
        await expect(fetch(to, { method: 'PUT', body: new Uint8Array(bytes), headers: { 'content-type': 'application/octet-stream' } }));
      }
      const as = image === images.at(-1) ? tag : image.digest;
      await expect(fetch(`http://${this.host}/v2/${name}/manifests/${as}`, { method: 'PUT', body: new Uint8Array(image.manifest), headers: { 'content-type': image.mediaType } }));
    }
  }

  async stop(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const ended = new Promise((resolve) => this.#process.once('exit', resolve));
    this.#process.kill('SIGKILL');
    await ended;
  }
}

async function expect(asked: Promise<Response>): Promise<void> {
  const answer = await asked;
  if (answer.status !== 201) throw new Error(`the registry answered ${answer.status}: ${await answer.text()}`);
  await answer.body?.cancel();
}
