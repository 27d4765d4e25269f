// kubectl apply in all its forms: from the client, from the server, from one to the other, pruned, in sets.
import { kubectl, type Case, type Server } from '../case.ts';
import { configMap, widget } from '../fixtures.ts';

const labelled = (name: string, data: object = { a: '1' }): object => configMap(name, data, { labels: { app: 'x' } });
const list = (...items: readonly object[]): object => ({ apiVersion: 'v1', kind: 'List', items });
const apply = 'apply -f -';
const serverSide = 'apply --server-side -f -';
const show = 'get cm one -o json --show-managed-fields';
const pruned = 'apply -f - --prune -l app=x --prune-allowlist=core/v1/ConfigMap';
const lastApplied = (server: Server): Promise<unknown> => server.kubectl('apply view-last-applied cm/one');

export const kubectlApplyCases: readonly Case[] = [
  kubectl('kubectl apply creates, configures and leaves unchanged', [apply, configMap('one')], [apply, configMap('one')], [apply, configMap('one', { a: '2' })], [apply, list(configMap('one', { a: '2' }), configMap('two'))], show),
  kubectl('kubectl apply removes what is no longer in the manifest, and keeps what others set', [apply, configMap('one', { a: '1', b: '2' }, { labels: { x: 'y' } })], 'label cm one other=label', [apply, configMap('one', { a: '1' })], show),
  kubectl('kubectl apply of a custom kind merges and removes', [apply, widget('one', { size: 'small', word: 'abc', tags: ['a', 'b'], parts: [{ name: 'x' }] })], [apply, widget('one', { size: 'large', tags: ['b'], parts: [{ name: 'y' }] })], 'get widget one -o json --show-managed-fields'),
  kubectl('kubectl apply over an object that it did not make warns', ['create -f -', configMap('one')], [apply, configMap('one', { a: '1', b: '2' })], [apply, configMap('one', { b: '2' })], show),
  kubectl('kubectl apply of what is not valid is refused', [apply, widget('one', { size: 'huge' })], [apply, widget('one', { size: 'small', nonsense: 1 })], ['apply --validate=warn -f -', widget('one', { size: 'small', nonsense: 1 })], ['apply --validate=false -f -', widget('two', { size: 'small', nonsense: 1 })], [apply, { apiVersion: 'test.example.com/v1', kind: 'Gadget', metadata: { name: 'x' } }], [apply, configMap('Bad_Name')], [apply, { kind: 'ConfigMap' }], [apply, 'nonsense']),
  kubectl('kubectl apply --dry-run prints and changes nothing', ['apply --dry-run=client -f -', configMap('one')], ['apply --dry-run=server -f -', configMap('one')], 'get cm one', [apply, configMap('one')], ['apply --dry-run=server -f - -o yaml', configMap('one', { b: '2' })], ['apply --dry-run=client -f -', configMap('one', { b: '2' })], ['apply --dry-run=server --server-side -f -', configMap('one', { b: '2' })], 'get cm one -o json'),
  kubectl('kubectl apply --server-side applies, and again changes nothing', [serverSide, configMap('one')], [serverSide, configMap('one')], [serverSide, configMap('one', { b: '2' })], show),
  kubectl('kubectl apply --server-side names conflicts, and takes over with --force-conflicts', [serverSide, configMap('one', { a: '1', b: '2' })], ['apply --server-side --field-manager=other -f -', configMap('one', { a: '3', b: '4' })], ['apply --server-side --field-manager=other --force-conflicts -f -', configMap('one', { a: '3' })], [serverSide, configMap('one', { a: '1' })], show),
  kubectl('kubectl moves an object from client-side to server-side apply', [apply, configMap('one', { a: '1', b: '2' })], [serverSide, configMap('one', { a: '9' })], show, [serverSide, configMap('one', { c: '3' })], show),
  kubectl('kubectl moves an object from client-side to server-side apply and back', [apply, configMap('one', { a: '1', b: '2' })], [serverSide, configMap('one', { a: '1', c: '3' })], 'apply view-last-applied cm/one', [apply, configMap('one', { a: '5' })], show, [serverSide, configMap('one', { a: '6' })], show),
  kubectl('kubectl moves a custom object from client-side to server-side apply', [apply, widget('one', { size: 'small', parts: [{ name: 'x', value: '1' }], tags: ['a'] })], [serverSide, widget('one', { size: 'large', parts: [{ name: 'y' }] })], 'get widget one -o json --show-managed-fields'),
  kubectl('another manager name does not move from client-side apply', [apply, configMap('one')], ['apply --server-side --field-manager=other -f -', configMap('one', { a: '2' })], show),
  kubectl('kubectl apply --server-side of a field that was changed since is a conflict', [apply, configMap('one', { a: '1', b: '2' })], ['patch cm one --type=merge -p {"data":{"a":"changed"}} --field-manager=editor', ''], [serverSide, configMap('one', { a: '3', b: '4' })], show),
  kubectl('kubectl apply --prune deletes what is no longer there', [apply, list(labelled('one'), labelled('two'), labelled('three'))], 'create cm four', [pruned, labelled('one', { a: '2' })], 'get cm -l app=x -o name', 'get cm four -o name', ['apply -f - --prune -l app=x --prune-allowlist=core/v1/ConfigMap --dry-run=server', list(labelled('two'))]),
  kubectl('kubectl apply --prune refuses what it cannot do', [`${apply} --prune`, configMap('one')], ['apply -f - --prune -l app=x --prune-allowlist=v1/ConfigMap', labelled('one')], ['apply -f - --prune --all --prune-allowlist=core/v1/Nonsense', labelled('one')]),
  {
    title: 'kubectl apply --applyset keeps a set, and prunes it',
    run: async ({ kubectl: run }) => {
      const env = { KUBECTL_APPLYSET: 'true' };
      await run('apply -f - --prune --applyset=configmaps/set', { stdin: configMap('one'), env });
      await run(apply, { stdin: configMap('set', {}, { labels: { 'applyset.kubernetes.io/id': 'wrong' } }), env });
      await run('delete cm set');
      await run('apply -f - --prune --applyset=secrets/set', { stdin: list(configMap('one'), configMap('two')), env });
      await run('get secret set -o json');
      await run('apply -f - --prune --applyset=secrets/set', { stdin: configMap('two'), env });
      await run('get cm -l applyset.kubernetes.io/part-of -o name');
      await run('apply -f - --prune --applyset=secrets/set --dry-run=server', { stdin: configMap('three'), env });
      await run('get secret set -o json');
    },
  },
  {
    title: 'kubectl apply keeps what it applied last, to be shown and set',
    run: async (server) => {
      await server.kubectl(apply, { stdin: configMap('one') });
      await lastApplied(server);
      await server.kubectl('apply view-last-applied cm/one -o json');
      const file = server.file('last.json', configMap('one', { z: '9' }));
      await server.kubectl(`apply set-last-applied -f ${file}`);
      await lastApplied(server);
      await server.kubectl(`apply set-last-applied -f ${server.file('none.json', configMap('two'))}`);
      await server.kubectl('create cm two');
      await server.kubectl(`apply set-last-applied -f ${server.file('two.json', configMap('two'))}`);
      await server.kubectl(`apply set-last-applied --create-annotation -f ${server.file('two.json', configMap('two'))}`);
      await server.kubectl('apply view-last-applied cm/three');
      await server.kubectl('get cm -o json');
    },
  },
  {
    title: 'kubectl apply edit-last-applied changes the annotation alone',
    run: async (server) => {
      await server.kubectl(apply, { stdin: configMap('one') });
      const editor = server.file('edit.sh', '#!/bin/sh\nsed -i s/\\"1\\"/\\"7\\"/ "$1"\n');
      await server.kubectl('apply edit-last-applied cm/one -o json', { env: { KUBE_EDITOR: `sh ${editor}` } });
      await server.kubectl('apply edit-last-applied cm/one', { env: { KUBE_EDITOR: 'true' } });
      await server.kubectl('get cm one -o json');
    },
  },
];
