// Secrets and ConfigMaps: values, keys, sizes, types and what may not change.
import { kubectl, requests, type Ask, type Case } from '../case.ts';
import { configMapsPath, secretsPath } from '../fixtures.ts';

const merge = (body: object): Ask => ({ body, headers: { 'content-type': 'application/merge-patch+json' } });
const secret = (name: string, more: object): object => ({ apiVersion: 'v1', kind: 'Secret', metadata: { name }, ...more });
const map = (name: string, more: object): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, ...more });
const hide = (name: string, more: object): readonly [string, string, Ask] => ['POST', secretsPath, { body: secret(name, more) }];
const set = (name: string, more: object): readonly [string, string, Ask] => ['POST', configMapsPath, { body: map(name, more) }];
const b64 = (value: string): string => Buffer.from(value).toString('base64');

export const settingCases: readonly Case[] = [
  requests('plain values of a secret end up encoded, over those that were encoded', hide('one', { data: { a: b64('1'), b: b64('2') }, stringData: { b: '3', c: 'ü' } }), ['GET', `${secretsPath}/one`], ['PUT', `${secretsPath}/one`, { body: secret('one', { stringData: { d: '4' } }) }], ['PATCH', `${secretsPath}/one`, merge({ stringData: { e: '5' } })], ['PATCH', `${secretsPath}/one`, merge({ data: { d: null } })]),
  requests('empty values are kept, empty maps are not', hide('one', { data: { a: '' } }), hide('two', { data: {}, stringData: {} }), hide('three', { data: { a: null }, stringData: { b: null } }), set('one', { data: { a: '' }, binaryData: {} }), set('two', { data: null, binaryData: { a: '' } }), set('three', { data: { a: null }, immutable: null })),
  requests('keys must be ones', hide('one', { data: { 'a b': '' } }), hide('one', { data: { '..': '' } }), hide('one', { stringData: { '../a': '' } }), set('one', { data: { '': '1' } }), set('one', { data: { ['k'.repeat(254)]: '1' } }), set('one', { data: { '..a': '1' }, binaryData: { 'ä': 'YQ==' } }), set('one', { data: { '.a': '1', 'a.B-c_d': '2' } })),
  requests('what is not base64 is refused', hide('one', { data: { a: '***' } }), set('one', { binaryData: { a: 'YQ' } }), hide('one', { data: { a: 'YQ==\n' } })),
  requests('a key is in data or in binaryData, not in both', set('one', { data: { a: '1', b: '2' }, binaryData: { a: 'YQ==' } })),
  requests('a secret of a type holds what the type needs',
    hide('one', { type: 'kubernetes.io/tls' }), hide('one', { type: 'kubernetes.io/tls', stringData: { 'tls.crt': '' } }), hide('two', { type: 'kubernetes.io/tls', stringData: { 'tls.crt': '', 'tls.key': '' } }), hide('one', { type: 'kubernetes.io/basic-auth' }), hide('three', { type: 'kubernetes.io/basic-auth', stringData: { password: '' } }),
    hide('one', { type: 'kubernetes.io/ssh-auth', stringData: { 'ssh-privatekey': '' } }), hide('one', { type: 'kubernetes.io/dockerconfigjson' }), hide('one', { type: 'kubernetes.io/dockerconfigjson', stringData: { '.dockerconfigjson': '{x' } }), hide('four', { type: 'kubernetes.io/dockerconfigjson', stringData: { '.dockerconfigjson': '{}' } }),
    hide('one', { type: 'kubernetes.io/dockercfg', stringData: { '.dockercfg': '' } }), hide('one', { type: 'kubernetes.io/service-account-token' }), hide('five', { type: 'example.com/own' })),
  requests('the type of a secret may not change', hide('one', {}), ['PATCH', `${secretsPath}/one`, merge({ type: 'kubernetes.io/tls' })], ['PATCH', `${secretsPath}/one`, merge({ type: null })]),
  requests('what is immutable stays, but for its metadata and its end',
    hide('one', { stringData: { a: '1' }, immutable: true }), ['PATCH', `${secretsPath}/one`, merge({ stringData: { a: '2' } })], ['PATCH', `${secretsPath}/one`, merge({ immutable: false })], ['PATCH', `${secretsPath}/one`, merge({ immutable: null, data: null })], ['PATCH', `${secretsPath}/one`, merge({ metadata: { labels: { a: 'b' } } })], ['DELETE', `${secretsPath}/one`],
    set('one', { data: { a: '1' }, immutable: true }), ['PATCH', `${configMapsPath}/one`, merge({ data: { a: '2' }, binaryData: { b: 'YQ==' } })], ['PATCH', `${configMapsPath}/one`, merge({ immutable: false })], ['PUT', `${configMapsPath}/one`, { body: map('one', { data: { a: '1' }, immutable: true }) }], set('two', { immutable: false }), ['PATCH', `${configMapsPath}/two`, merge({ immutable: true })]),
  requests('no more than one mebibyte goes in', set('one', { data: { a: 'x'.repeat(1024 * 1024 + 1) } }), hide('one', { data: { a: Buffer.alloc(1024 * 1024 + 1).toString('base64') } }), set('two', { binaryData: { a: Buffer.alloc(1024 * 1024 + 1).toString('base64') } })),
  kubectl('kubectl create secret makes secrets of each type', 'create secret generic one --from-literal=a=1 --from-literal=b=2', 'create secret docker-registry two --docker-username=u --docker-password=p --docker-server=s', 'create secret generic three --type=example.com/own', 'get secrets', 'get secret one -o yaml', 'get secret two -o jsonpath={.type}', 'create secret generic one', 'describe secret one', 'delete secret one two three'),
  {
    title: 'kubectl create configmap and secret take files',
    run: async ({ kubectl: run, file }) => {
      const path = file('settings.properties', 'a=1\nb=2\n');
      const bytes = file('blob.txt', 'text');
      await run(`create configmap one --from-file=${path} --from-literal=c=3`);
      await run(`create configmap two --from-env-file=${path}`);
      await run(`create secret generic three --from-file=key=${bytes}`);
      await run('get cm one two');
      await run('get cm two -o yaml');
      await run('describe cm one');
      await run('create configmap one --from-literal=c=3 --dry-run=server -o yaml');
      await run('create configmap four --from-literal=c=3 --dry-run=server -o name');
    },
  },
];
