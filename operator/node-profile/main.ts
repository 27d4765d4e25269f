// The process on each node that keeps the seccomp profile where the kubelet looks for it, or takes it away before an uninstall.
import { createServer } from 'node:http';
import { logger } from '../../proxy/telemetry/log.ts';
import { components } from '../../proxy/telemetry/keys.ts';
import { layProfile, removeProfile } from './profile-file.ts';

const log = logger(components.nodeProfile);
/** Somebody may clean the folder up, and a ConfigMap may change. */
const lookEveryMs = 15_000;

function setting(name: string, form: RegExp): string {
  const value = process.env[name] ?? '';
  if (form.test(value)) return value;
  process.stderr.write(value === '' ? `${name}: is not set\n` : `${name}: ${JSON.stringify(value)} cannot be used\n`);
  process.exit(2);
}

const duty = setting('CLRK_PROFILE_DUTY', /^(write|remove)$/);
const source = setting('CLRK_PROFILE_FILE', /^\/./);
const target = setting('CLRK_PROFILE_TARGET', /^\/./);
const listen = setting('CLRK_PROBE_LISTEN', /^.+:\d{1,5}$/);

let isDone = false;

function look(): void {
  try {
    if (duty === 'write' && layProfile(source, target)) log.info('the profile is laid', { path: target });
    if (duty === 'remove' && removeProfile(target)) log.info('the profile is removed', { path: target });
    isDone = true;
  } catch (error) {
    isDone = false;
    log.error('the profile cannot be kept', { path: target, error });
  }
}

look();
const timer = setInterval(look, lookEveryMs);

const cut = listen.lastIndexOf(':');
const door = createServer((request, response) => {
  const code = request.url === '/healthz' ? 200 : request.url === '/readyz' ? (isDone ? 200 : 503) : 404;
  response.writeHead(code, { 'content-type': 'text/plain' }).end(code === 200 ? 'ok\n' : code === 503 ? `the profile is not ${duty === 'write' ? 'there' : 'gone'}\n` : 'not found\n');
});
door.on('error', (error) => {
  log.error('the probe cannot be answered', { error });
  process.exit(1);
});
door.listen({ host: listen.slice(0, cut).replace(/^\[(.*)\]$/, '$1'), port: Number(listen.slice(cut + 1)) });

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    clearInterval(timer);
    door.close(() => process.exit(0));
    door.closeAllConnections();
  });
}
