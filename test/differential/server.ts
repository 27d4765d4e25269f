// One server of the pair, as a case asks it: real kubectl, real TLS, and a note of every answer.
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { Agent, request as send } from 'node:https';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { issueCertificate } from '../../proxy/x509/issue.ts';
import { writeKubeconfig } from '../../plugin/dev/kubeconfig.ts';
import type { Pki } from '../../plugin/dev/pki.ts';
import type { Ask, Body, Observation, Ran, Reply, Server } from './case.ts';
import { Normaliser } from './normalise.ts';

/** A server of the pair and what it takes to talk to it. */
export interface Side {
  readonly server: string;
  readonly pki: Pki;
  /** The real kubectl. */
  readonly kubectl: string;
  readonly folder: string;
}

const comparedHeaders = ['content-type', 'warning', 'location', 'allow', 'retry-after', 'content-encoding', 'vary'];
const mostWatchedMs = 10_000;
const mostAwaitedMs = 15_000;

interface Running {
  readonly unique: string;
  readonly namespace: string;
  readonly vague?: readonly RegExp[] | undefined;
}

/** `said` receives what is compared, already normalised. */
export function openServer(side: Side, { unique, namespace, vague }: Running, said: Observation[]): Server & { close(): void } {
  const folder = join(side.folder, unique);
  mkdirSync(folder, { recursive: true });
  const kubeconfig = join(folder, 'kubeconfig');
  writeKubeconfig(kubeconfig, { name: 'test', server: side.server, authority: side.pki.authority.certificate, client: side.pki.admin, namespace });
  const normal = new Normaliser([[side.server, 'https://SERVER'], [side.server.replace('https://', ''), 'SERVER'], [folder, 'FOLDER']], vague);
  const agents = new Map<string, Agent>();
  const named = (text: string): string => text.replaceAll('{ns}', namespace).replaceAll('{u}', unique);
  let quiet = 0;
  const note = (observation: Observation): void => void (quiet === 0 && said.push(observation));

  function agentOf(as: Ask['as'] = 'admin'): Agent {
    const key = JSON.stringify(as);
    const known = agents.get(key);
    if (known) return known;
    const made = new Agent({ ca: side.pki.authority.certificate, keepAlive: true, ...credential(side.pki, as) });
    agents.set(key, made);
    return made;
  }

  /** A real server that has only just met a kind may ask to come again, as clients do. */
  async function ask(method: string, path: string, options?: Ask): Promise<Reply> {
    for (let left = 10; ; left--) {
      const answer = await askOnce(method, path, options);
      if (answer.status !== 429 || left === 0) return answer;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  function askOnce(method: string, path: string, { body, headers = {}, as }: Ask = {}): Promise<Reply> {
    const bytes = body === undefined ? undefined : typeof body === 'string' || Buffer.isBuffer(body) ? Buffer.from(body) : Buffer.from(named(JSON.stringify(body)));
    return new Promise((resolve, reject) => {
      const sent = send(side.server + named(path), { method, agent: agentOf(as), headers: { accept: 'application/json', 'user-agent': 'case/1', ...(bytes && { 'content-type': 'application/json' }), ...(bytes && headers['transfer-encoding'] === undefined && { 'content-length': bytes.length }), ...headers } }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject).on('end', () => resolve(reply(answer.statusCode ?? 0, answer.headers, Buffer.concat(chunks))));
      });
      sent.on('error', reject).end(bytes);
    });
  }

  const observed = (asked: string, { status, headers, text, body }: Reply, keep: Ask['keep']): Observation => ({
    asked: normal.text(asked), status,
    headers: Object.fromEntries(comparedHeaders.flatMap((name) => (headers[name] === undefined ? [] : [[name, normal.text(String(headers[name]))]]))),
    body: keep ? normal.json(keep(body)) : Object.keys(body).length > 0 ? normal.json(body) : normal.text(text),
  });

  return {
    namespace, unique,
    kubectl(args, { stdin, env = {}, keep } = {}) {
      const words = (typeof args === 'string' ? args.split(' ') : args).map(named);
      return run(side.kubectl, words, { stdin: stdin === undefined ? '' : named(typeof stdin === 'string' ? stdin : JSON.stringify(stdin)), env: { PATH: process.env['PATH'] ?? '', HOME: folder, KUBECONFIG: kubeconfig, ...env } }).then((ran) => {
        note({ asked: normal.text(`kubectl ${words.join(' ')}`), code: ran.code, stdout: keep ? normal.json(keep(ran.stdout)) : parsed(ran.stdout, normal), stderr: normal.printed(ran.stderr) });
        return ran;
      });
    },
    async request(method, path, options = {}) {
      const answer = await ask(method, path, options);
      note(observed(`${method} ${named(path)}`, answer, options.keep));
      return answer;
    },
    async watch(path, enough, meanwhile, headers = {}) {
      const once = (): ReturnType<typeof watched> => watched(side.server + named(path), { agent: agentOf(), headers: { accept: 'application/json', ...headers } }, enough, meanwhile);
      const until = Date.now() + mostAwaitedMs;
      let { status, events } = await once();
      // A server that still fills its cache of a young kind says so and asks to come again, which every client does.
      while (status === 429 && Date.now() < until) {
        await new Promise((resolve) => setTimeout(resolve, 500));
        ({ status, events } = await once());
      }
      note({ asked: normal.text(`WATCH ${named(path)}`), status, events: events.map((event) => normal.json(event)) });
      return events;
    },
    async until(method, path, wanted, options = {}) {
      const until = Date.now() + mostAwaitedMs;
      let answer = await ask(method, path, options);
      while (!wanted(answer) && Date.now() < until) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        answer = await ask(method, path, options);
      }
      note(observed(`${method} ${named(path)} in the end`, answer, options.keep));
      return answer;
    },
    async quietly(inside) {
      quiet++;
      try {
        return await inside();
      } finally {
        quiet--;
      }
    },
    note: (asked, value) => note({ asked, noted: normal.json(value) }),
    file(name, content) {
      const path = join(folder, name);
      writeFileSync(path, named(typeof content === 'string' ? content : JSON.stringify(content)));
      return path;
    },
    close: () => agents.forEach((agent) => agent.destroy()),
  };
}

function credential(pki: Pki, as: NonNullable<Ask['as']>): { readonly cert?: string; readonly key?: string } {
  if (as === 'nobody') return {};
  if (as === 'admin') return { cert: pki.admin.certificate, key: pki.admin.key };
  const issuer = as === 'stranger' ? issueCertificate({ subject: 'clrk-dev', usage: 'ca', days: 2 }) : pki.authority;
  const [subject, organization] = as === 'stranger' ? ['admin', 'system:masters'] : [as.user, as.groups?.[0]];
  const made = issueCertificate({ subject, ...(organization !== undefined && { organization }), usage: 'client', days: 2, issuer });
  return { cert: made.certificate, key: made.key };
}

function reply(status: number, headers: Reply['headers'], bytes: Buffer): Reply {
  const text = (headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString('utf8');
  if (!String(headers['content-type']).includes('json')) return { status, headers, text, body: {} as Body };
  try {
    return { status, headers, text, body: JSON.parse(text) as Body };
  } catch {
    return { status, headers, text, body: {} as Body };
  }
}

function parsed(stdout: string, normal: Normaliser): unknown {
  try {
    return /^\s*[[{]/.test(stdout) ? normal.json(JSON.parse(stdout)) : normal.printed(stdout);
  } catch {
    return normal.printed(stdout);
  }
}

/** Ends a command that hangs after half a minute, so that one case cannot hold all others. */
function run(command: string, args: readonly string[], { stdin, env }: { readonly stdin: string; readonly env: NodeJS.ProcessEnv }): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'pipe', env, timeout: 30_000 });
    const [out, err]: Buffer[][] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => out?.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => err?.push(chunk));
    child.on('error', reject).on('close', (code) => resolve({ code: code ?? -1, stdout: Buffer.concat(out ?? []).toString('utf8'), stderr: Buffer.concat(err ?? []).toString('utf8') }));
    // A command that does not read its input closes it early: what it says is what counts.
    child.stdin.on('error', () => {}).end(stdin);
  });
}

function watched(url: string, options: { readonly agent: Agent; readonly headers: Readonly<Record<string, string>> }, enough: (events: readonly Body[]) => boolean, meanwhile?: () => Promise<unknown>): Promise<{ status: number; events: readonly Body[] }> {
  return new Promise((resolve, reject) => {
    const events: Body[] = [];
    const sent = send(url, options, (answer) => {
      const changed = Promise.resolve(meanwhile?.());
      const finish = (): void => {
        clearTimeout(timer);
        sent.destroy();
        changed.then(() => resolve({ status: answer.statusCode ?? 0, events }), reject);
      };
      const timer = setTimeout(finish, mostWatchedMs);
      // What is asked meanwhile is written down before what was watched, on both servers.
      let rest = '';
      answer.setEncoding('utf8').on('error', finish).on('end', finish).on('data', (chunk: string) => {
        const parts = (rest + chunk).split('\n');
        rest = parts.pop() ?? '';
        events.push(...parts.filter(Boolean).map((part) => JSON.parse(part) as Body));
        if (enough(events)) finish();
      });
    });
    sent.on('error', reject).end();
  });
}
