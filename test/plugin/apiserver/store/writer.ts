// Writes without end and prints every key and revision that was acknowledged; its test kills it.
import { Store } from '../../../../plugin/apiserver/store/store.ts';

const store = new Store(process.argv[2] ?? '', { compactAfterBytes: 50_000 });
let next = 0;
async function write(): Promise<void> {
  for (;;) {
    const key = `/a/${next++}`;
    const { revision } = await store.commit(key, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: key }, data: { text: 'z'.repeat(200) } });
    process.stdout.write(`${key} ${revision}\n`);
  }
}
await Promise.all(Array.from({ length: 16 }, write));
