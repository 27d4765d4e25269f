// Writes without end, a few hundred keys over and over, and prints every key and revision that was acknowledged; its test kills it.
import { Store } from '../../../../plugin/apiserver/store/store.ts';

const [folder = '', round = '0'] = process.argv.slice(2);
const store = new Store(folder, { compactAfterBytes: 10_000 });
let next = Number(round) * 31;
async function write(): Promise<void> {
  for (;;) {
    const key = `/a/${next++ % 300}`;
    const { revision } = await store.commit(key, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: key }, data: { text: 'z'.repeat(200) } });
    process.stdout.write(`${key} ${revision}\n`);
  }
}
await Promise.all(Array.from({ length: 16 }, write));
