// kubectl's verbs that change objects: replace, edit, patch, label, annotate, scale, set, create.
import { kubectl, type Case, type Server } from '../case.ts';
import { configMap, gizmo, widget } from '../fixtures.ts';

const make = ['create -f -', configMap('one', { a: '1', b: '2' }, { labels: { l: 'm' } })] as const;
const makeWidget = ['create -f -', widget('one', { size: 'small', replicas: 2, tags: ['a'] })] as const;
const show = 'get cm one -o json --show-managed-fields';
const showWidget = 'get widget one -o json --show-managed-fields';
const patch = (of: string, type: string, body: unknown, more = ''): readonly [string, string] => [`patch ${of} --type=${type} ${more}-p ${JSON.stringify(body).replaceAll(' ', '')}`, ''];

/** A script as editor: what it does to the file is all that changes. */
const edited = (title: string, script: string, ...args: readonly string[]): Case => ({
  title,
  run: async (server: Server) => {
    await server.quietly(() => server.kubectl('create -f -', { stdin: widget('one', { size: 'small', replicas: 2 }) }));
    const editor = server.file('edit.sh', `#!/bin/sh\n${script}\n`);
    for (const one of args) await server.kubectl(one, { env: { KUBE_EDITOR: `sh ${editor}` } });
    await server.kubectl(showWidget);
  },
  vague: [/"[^"]*kubectl-edit-\d+\.(?:yaml|json)"/g, /\S*kubectl-edit-\d+\.(?:yaml|json)/g],
});

export const kubectlWriteCases: readonly Case[] = [
  kubectl('kubectl replace puts a manifest in the place of an object', make, ['replace -f -', configMap('one', { z: '9' })], show, ['replace -f -', configMap('two')], ['replace -f -', widget('none')]),
  kubectl('kubectl replace --force makes the object anew', make, ['replace --force -f -', configMap('one', { z: '9' })], show, ['replace --force -f -', configMap('two')], ['replace --force --cascade=orphan --grace-period=0 -f -', configMap('two', { y: '8' })]),
  kubectl('kubectl replace --dry-run changes nothing', make, ['replace --dry-run=server -f - -o json', configMap('one', { z: '9' })], ['replace --dry-run=client -f -', configMap('one', { z: '9' })], show),
  kubectl('kubectl replace --subresource=status writes status alone', makeWidget, ['replace --subresource=status -f -', { ...widget('one', { size: 'large' }), status: { phase: 'Ready' } }], showWidget),
  kubectl('kubectl create refuses what is there, and what is not valid', make, make, ['create -f - --save-config', configMap('two')], ['create -f -', widget('bad', { size: 'huge' })], ['create -f - --validate=strict', widget('bad', { size: 'small', nonsense: true })], 'create configmap three --from-literal=a=b --from-literal=c=d', 'create secret generic four --from-literal=a=b -o yaml --dry-run=client', 'create secret generic four --from-literal=a=b', 'create serviceaccount five', 'create namespace Bad_Name', 'get cm two -o json'),
  kubectl('kubectl patch merges, and says when nothing changes', make, patch('cm one', 'merge', { data: { a: '9', b: null } }), patch('cm one', 'merge', { data: { a: '9' } }), patch('cm one', 'strategic', { data: { c: '3' } }), patch('cm one', 'json', [{ op: 'remove', path: '/data/c' }]), show),
  kubectl('kubectl patch of a custom kind', makeWidget, patch('widget one', 'merge', { spec: { size: 'large' } }), patch('widget one', 'json', [{ op: 'add', path: '/spec/tags/-', value: 'b' }]), patch('widget one', 'strategic', { spec: { size: 'small' } }), ['patch widget one -p {"spec":{"word":"abc"}}', ''], showWidget),
  kubectl('kubectl patch refuses what it cannot do', make, makeWidget, patch('cm none', 'merge', { data: {} }), patch('widget one', 'merge', { spec: { size: 'huge' } }), patch('cm one', 'json', [{ op: 'test', path: '/data/a', value: 'no' }]), ['patch cm one --type=merge -p nonsense', ''], ['patch cm one --type=frob -p {}', ''], patch('cm one', 'merge', { metadata: { name: 'two' } })),
  kubectl('kubectl patch of a subresource', makeWidget, patch('widget one', 'merge', { status: { phase: 'Ready', replicas: 2 } }, '--subresource=status '), patch('widget one', 'merge', { spec: { replicas: 5 } }, '--subresource=scale '), patch('widget one', 'merge', { spec: {} }, '--subresource=nonsense '), patch('cm none', 'merge', {}, '--subresource=status '), showWidget),
  kubectl('kubectl patch --dry-run changes nothing', make, patch('cm one', 'merge', { data: { a: '9' } }, '--dry-run=server '), patch('cm one', 'merge', { data: { a: '9' } }, '--dry-run=client -o json '), show),
  kubectl('kubectl label sets, keeps, overwrites and removes', make, 'label cm one x=y', 'label cm one x=z', 'label cm one x=z --overwrite', 'label cm one x=z', 'label cm one x- nothing-', 'label cm one --list', show),
  kubectl('kubectl label refuses bad labels and finds nothing', make, 'label cm one x=?!', 'label cm one a=b a-', 'label cm none x=y', 'label cm -l no=such x=y', 'label cm one', 'label cm one x=y --resource-version=1', 'label cm one "x y"=z'),
  kubectl('kubectl label takes many', make, ['create -f -', configMap('two')], 'label cm --all x=y', 'label cm -l x=y z=w --dry-run=server', 'label cm one two q=r --dry-run=client', 'get cm -o json'),
  kubectl('kubectl annotate sets, keeps, overwrites and removes', make, 'annotate cm one x=y', 'annotate cm one x=z', 'annotate cm one x=z --overwrite', 'annotate cm one x-', 'annotate cm one --list', 'annotate cm --all q=r', 'annotate cm none x=y', show),
  kubectl('kubectl label and annotate custom kinds', makeWidget, 'label widget one x=y', 'annotate wd/one a=b', 'label widgets.v1beta1.test.example.com one z=w', showWidget),
  { ...kubectl('kubectl scale sets the replicas', makeWidget, 'scale widget one --replicas=5', 'scale widget one --replicas=3 --current-replicas=4', 'scale widget one --replicas=3 --current-replicas=5', 'scale widget one --replicas=3 --resource-version=1', 'scale widget none --replicas=3', 'scale cm none --replicas=3', 'scale widget one --replicas=-1', 'scale widget --all --replicas=4', showWidget), vague: [/was \d+/g] },
  kubectl('kubectl scale keeps who owns the replicas', ['apply --server-side --field-manager=owner -f -', widget('one', { size: 'small', replicas: 2 })], 'scale widget one --replicas=5', 'scale widget one --replicas=6', 'get --raw /apis/test.example.com/v1/namespaces/{ns}/widgets/one/scale', showWidget, ['apply --server-side --field-manager=owner -f -', widget('one', { size: 'small', replicas: 2 })]),
  kubectl('kubectl set and rollout refuse kinds without pods', makeWidget, 'set image widget/one c=image', 'set env cm/one A=b', 'set selector widget one a=b', 'rollout status widget/one', 'rollout restart widget/one', 'rollout history widget/one', 'autoscale widget one --max=3 --dry-run=client'),
  kubectl('kubectl expose, run and set serviceaccount refuse what is not there', 'expose widget none --port=80', 'set serviceaccount widget one sa', 'rollout undo cm/none'),
  edited('kubectl edit stores what the editor changed', 'sed -i s/small/large/ "$1"', 'edit widget one', 'edit widget one -o json'),
  edited('kubectl edit of nothing changes nothing', 'true', 'edit widget one', 'edit widget none'),
  edited('kubectl edit says what is wrong, and gives up', 'sed -i s/small/huge/ "$1"', 'edit widget one'),
  edited('kubectl edit refuses what is no object', 'echo nonsense > "$1"', 'edit widget one'),
  edited('kubectl edit of an unknown field is refused', 'sed -i "s/  size: small/  size: small\\n  nonsense: 1/" "$1"', 'edit widget one'),
  edited('kubectl edit ends with its editor', 'exit 3', 'edit widget one'),
  edited('kubectl edit --subresource=status', 'echo "status: {phase: Ready}" >> "$1"', 'edit widget one --subresource=status'),
  {
    title: 'kubectl create --edit stores what the editor left',
    run: async (server) => {
      const editor = server.file('edit.sh', '#!/bin/sh\nsed -i s/\\"1\\"/\\"7\\"/ "$1"\n');
      await server.kubectl(`create -f ${server.file('one.json', configMap('one'))} --edit -o json`, { env: { KUBE_EDITOR: `sh ${editor}` } });
      await server.kubectl(show);
    },
  },
  kubectl('kubectl delete by file, label, all and name', make, ['create -f -', configMap('two', {}, { labels: { l: 'm' } })], ['create -f -', gizmo('{u}')], ['delete -f -', gizmo('{u}')], 'delete cm -l l=m', 'delete cm one', 'delete cm one --ignore-not-found', make, 'delete cm one --dry-run=server', 'delete cm one --cascade=foreground', make, 'delete cm --all', 'delete widget', 'delete nonsense one'),
];
