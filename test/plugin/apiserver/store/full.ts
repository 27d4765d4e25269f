// Fills a disk that is too small (a file size limit) and tells what happened; its test sets the limit.
import { Store } from '../../../../plugin/apiserver/store/store.ts';

const store = new Store(process.argv[2] ?? '');
let kept = 0;
let refused = '';
for (let i = 0; i < 400 && !refused; i++) {
  try {
    await store.commit(`/a/${i}`, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: String(i) }, data: { text: 'z'.repeat(5000) } });
    kept++;
  } catch (error) {
    refused = (error as NodeJS.ErrnoException).code ?? String(error);
  }
}
const small = await store.commit('/b/small', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'small' } }).then(() => true, () => false);
process.stdout.write(JSON.stringify({ kept, refused, small, visible: [...store.range('/a/')].length }));
await store.close();
