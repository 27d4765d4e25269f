// The API server's process is killed two hundred times under writers and watchers: nothing that was acknowledged is lost, and no change is seen twice or not at all.
import test from 'ava';
import { once } from 'node:events';
import { appendFileSync, statSync } from 'node:fs';
import { listing } from '../../../../plugin/apiserver/store/files.ts';
import { encodeBody, encodeHead } from '../../../../plugin/apiserver/store/record.ts';
import { journal, object } from './folder.ts';
import { ask, collection, randomFrom, type Random } from './kill-client.ts';
import { Watcher } from './kill-watcher.ts';
import { Writer } from './kill-writer.ts';
import { readyOrGone, startRig, type Rig } from './rig.ts';

const kills = Number(process.env['CLRK_TEST_KILLS'] ?? 200);
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What a machine that loses its power may leave behind what was acknowledged: a part of a write, or the room for it. */
function leaveTornTail(state: string, random: Random): void {
  const path = journal(state);
  const { size } = statSync(path);
  const body = encodeBody({ revision: 2 ** 40, key: '//secrets/default/never', object: object('never', 'x'.repeat(300)) });
  const bytes = Buffer.concat([encodeHead(body, size), body]);
  appendFileSync(path, random() < 0.5 ? bytes.subarray(0, Math.floor(random() * bytes.length)) : Buffer.alloc(bytes.length));
}

/** `acknowledged`: how many writes so far. `died` is told of each death. */
async function killOver(rig: Rig, random: Random, acknowledged: () => number, died: () => void): Promise<number> {
  let torn = 0;
  for (let kill = 0; kill < kills; kill++) {
    const child = rig.start();
    const ended = once(child, 'exit');
    // One in eight dies while it starts, reads its files or cuts them.
    const early = random() < 0.125;
    await (early ? pause(random() * 250) : readyOrGone(child));
    // So many writes each time, however slow the machine is; but for one that serves and takes none.
    const enough = acknowledged() + random() * 30;
    for (let waited = 0; !early && acknowledged() < enough && waited < 500; waited++) await pause(2);
    child.kill('SIGKILL');
    await ended;
    died();
    // Behind the journal of one that served: what lay there before it has been cut off.
    if (!early && random() < 0.2) {
      leaveTornTail(rig.state, random);
      torn++;
    }
  }
  return torn;
}

/** Waits until the server has put into its namespaces what it keeps there: afterwards it writes nothing of its own. */
async function furnished(address: string, agent: ReturnType<Rig['agent']>): Promise<void> {
  const found = async (plural: string): Promise<number> => (await ask(address, agent, 'GET', `/api/v1/${plural}`)).body.items?.length ?? 0;
  const revision = async (): Promise<string> => (await ask(address, agent, 'GET', collection)).body.metadata?.resourceVersion ?? '';
  for (;;) {
    const [namespaces, before] = [await found('namespaces'), await revision()];
    const isDone = (await found('services')) > 0 && (await found('serviceaccounts')) === namespaces && (await found('configmaps')) === namespaces;
    await new Promise((resolve) => setTimeout(resolve, 300));
    if (isDone && (await revision()) === before) return;
  }
}

test('a server that is killed two hundred times loses nothing that it acknowledged, and every watch goes on where it was', async (t) => {
  // Between two deaths: an assertion starts it anew.
  t.timeout(60_000);
  const seed = Number(process.env['CLRK_TEST_SEED'] ?? Date.now() % 1_000_000);
  t.log(`CLRK_TEST_SEED=${seed}`);
  const rig = await startRig(t, { CLRK_COMPACT_AFTER_BYTES: '200000' });
  await readyOrGone(rig.start());
  await furnished(rig.address, rig.agent());
  const watchers = Array.from({ length: 3 }, () => new Watcher(rig.address, rig.agent()));
  const began = await Promise.all(watchers.map((watcher) => watcher.begin()));
  const writerAgents = Array.from({ length: 5 }, () => rig.agent());
  const writers = writerAgents.map((agent, id) => new Writer(rig.address, id, agent, randomFrom(seed + 1 + id)));
  t.teardown(() => [...watchers, ...writers].forEach((client) => client.stop()));
  const first = rig.child;
  first?.kill('SIGKILL');
  if (first) await once(first, 'exit');
  const count = (): number => writers.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);
  const writing = writers.map((writer) => writer.run());
  const running = Promise.all([...watchers.map((watcher) => watcher.run()), ...writing]);
  // Whoever finds a loss ends the test at once.
  const torn = await Promise.race([killOver(rig, randomFrom(seed), count, () => t.is(rig.said, '', 'no start failed')), running.then(() => 0)]);
  await readyOrGone(rig.start());
  for (const writer of writers) writer.stop();
  const agent = rig.agent();
  t.teardown(() => agent.destroy());
  t.is(rig.said, '', 'no start failed');
  await Promise.race([running, Promise.all(writing)]);
  const { body } = await ask(rig.address, agent, 'GET', collection);
  const last = Number(body.metadata?.resourceVersion);
  await Promise.race([running, Promise.all(watchers.map((watcher) => watcher.until(last)))]);
  await running;

  const [one, ...others] = watchers.map(({ seen }) => seen);
  for (const other of others) t.deepEqual(other, one, 'all watchers saw the same, in the same order');
  // Nothing else writes to this server: each revision is a change that the watchers must have seen.
  t.deepEqual(one?.map(({ revision }) => revision), Array.from({ length: last - (began[0] ?? 0) }, (_, index) => (began[0] ?? 0) + index + 1));
  const state = new Map<string, string>();
  for (const { type, name, text, revision } of one ?? []) {
    t.is(type === 'ADDED', !state.has(name), `${type} ${name} at ${revision}`);
    if (type === 'DELETED') state.delete(name);
    else state.set(name, text);
  }
  t.deepEqual(new Map(body.items?.map(({ metadata, data }) => [metadata?.name ?? '', data?.text ?? ''])), new Map([...state].toSorted(([a], [b]) => (a < b ? -1 : 1))));
  const event = (isDeletion: boolean, text: string): string => `${isDeletion ? 'deleted' : 'written'} ${text}`;
  const byText = new Map(one?.map((seen) => [event(seen.type === 'DELETED', seen.text), seen]));
  for (const { acknowledged, held } of writers) {
    for (const { name, revision, text } of acknowledged) {
      const seen = byText.get(event(revision === undefined, text));
      t.true(seen?.name === name && (revision === undefined || seen.revision === revision), `${name} ${revision} ${text}`);
    }
    for (const [name, value] of held) t.is(state.get(name), value?.text, name);
  }
  t.log(`${kills} kills, ${torn} torn tails, ${count()} acknowledged writes, ${watchers.reduce((sum, { resumed }) => sum + resumed, 0)} resumed watches, ${listing(rig.state).snapshots.at(-1)} snapshots; writes under way that happened: ${writers.reduce((sum, { unknown }) => sum + unknown.happened, 0)}, that did not: ${writers.reduce((sum, { unknown }) => sum + unknown.not, 0)}`);
  t.true(count() > kills * 2);
});
