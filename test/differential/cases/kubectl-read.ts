// kubectl's verbs that read: diff, get in all its forms, describe, events, wait, api-versions.
import { kubectl, type Case } from '../case.ts';
import { configMap, widget } from '../fixtures.ts';

const make = ['create -f -', configMap('one', { a: '1', b: '2' }, { labels: { l: 'm' } })] as const;
const makeWidget = ['create -f -', { ...widget('one', { size: 'small', replicas: 2, tags: ['a', 'b'], parts: [{ name: 'x', value: '1' }, { name: 'y' }] }), metadata: { name: 'one', labels: { l: 'm' }, annotations: { n: 'o' } } }] as const;
const ready = ['patch widget one --subresource=status --type=merge -p {"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}', ''] as const;
/** diff works on files in folders of its own names. */
const folders = [/[WI]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+/g, /\/tmp\/(?:LIVE|MERGED)-\d+/g, /\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d+ [+-]\d{4}/g];
const diff = (title: string, ...lines: Parameters<typeof kubectl>[1][]): Case => ({ ...kubectl(title, ...lines), vague: folders });
/** What the client says of its own watch when its time is over in the midst of something. */
const ownWatch = /^[EIW]\d{4} .*reflector\.go.*\n/gm;
const event = (name: string, more: object = {}): object => ({
  apiVersion: 'v1', kind: 'Event', metadata: { name }, involvedObject: { kind: 'Widget', apiVersion: 'test.example.com/v1', namespace: '{ns}', name: 'one' }, reason: 'Made', message: 'it was made', type: 'Normal', source: { component: 'maker' }, count: 1, ...more,
});

export const kubectlReadCases: readonly Case[] = [
  diff('kubectl diff shows what apply would change', ['apply -f -', configMap('one')], ['diff -f -', configMap('one')], ['diff -f -', configMap('one', { a: '2' })], ['diff -f -', configMap('two')], ['diff --server-side -f -', configMap('one', { c: '3' })]),
  diff('kubectl diff of a custom kind', ['apply -f -', widget('one', { size: 'small', tags: ['a'] })], ['diff -f -', widget('one', { size: 'large', tags: ['a'] })], ['diff -f -', widget('one', { size: 'huge' })], ['diff --server-side --field-manager=other -f -', widget('one', { size: 'large' })], ['diff --server-side --field-manager=other --force-conflicts -f -', widget('one', { size: 'large' })]),
  diff('kubectl diff hides the values of Secrets', ['apply -f -', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { a: 'x' } }], ['diff -f -', { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' }, stringData: { a: 'y', b: 'z' } }]),
  {
    title: 'kubectl diff runs another program, and ends as it does',
    vague: folders,
    run: async ({ kubectl: run }) => {
      await run('apply -f -', { stdin: configMap('one') });
      await run('diff -f -', { stdin: configMap('one', { a: '2' }), env: { KUBECTL_EXTERNAL_DIFF: 'diff -r -q' } });
      await run('diff -f -', { stdin: configMap('one', { a: '2' }), env: { KUBECTL_EXTERNAL_DIFF: 'no-such-program' } });
    },
  },
  kubectl('kubectl get prints fields by JSONPath', makeWidget, 'get widget one -o jsonpath={.spec.size}', 'get widget one -o jsonpath={.spec.parts[*].name}', 'get widget one -o jsonpath={.spec.parts[?(@.name=="x")].value}', 'get widget -o jsonpath={range.items[*]}{.metadata.name}{"\\n"}{end}', 'get widget one -o jsonpath={.spec.nothing}', 'get widget one -o jsonpath={.spec', 'get widget one -o jsonpath-as-json={.spec.tags}'),
  kubectl('kubectl get prints columns of one\'s own', makeWidget, 'get widget -o custom-columns=NAME:.metadata.name,SIZE:.spec.size,PARTS:.spec.parts[*].name,NONE:.x', 'get widget one -o custom-columns=NAME:.metadata.name --no-headers', 'get widget one -o custom-columns=NAME'),
  kubectl('kubectl get prints by Go template', makeWidget, 'get widget one -o go-template={{.spec.size}}', 'get widget -o go-template={{range.items}}{{.metadata.name}}{{end}}', 'get widget one -o go-template={{.spec.none}}', 'get widget one -o go-template={{'),
  kubectl('kubectl get prints names, YAML, JSON and tables', makeWidget, make, 'get widget,cm -o name', 'get widget one -o yaml', 'get widget one -o json --show-managed-fields', 'get widget one --show-labels', 'get widget -L l', 'get widget -o wide', 'get widget --no-headers', 'get things', 'get wd/one cm/one', 'get widget one --output-watch-events -o name'),
  kubectl('kubectl get of a subresource', makeWidget, ready, 'get widget one --subresource=status', 'get widget one --subresource=scale', 'get widget one --subresource=scale -o yaml', 'get widget one --subresource=none'),
  kubectl('kubectl get refuses what is not there', 'get nonsense', 'get cm none', 'get cm one two', 'get cm/one widget', 'get cm -l x=?', 'get cm --field-selector=no.such=1', 'get cm -o nonsense', 'get widget.v9.test.example.com', 'get cm one -l x=y', 'get --raw /nonsense', 'get cm --ignore-not-found', 'get cm one --ignore-not-found'),
  kubectl('kubectl get --raw reads and create --raw writes', make, 'get --raw /api/v1/namespaces/{ns}/configmaps/one', ['create --raw /api/v1/namespaces/{ns}/configmaps -f -', configMap('two')], ['replace --raw /api/v1/namespaces/{ns}/configmaps/two -f -', configMap('two', { z: '1' })], 'delete --raw /api/v1/namespaces/{ns}/configmaps/two', 'get --raw /api/v1/namespaces/{ns}/configmaps/two'),
  kubectl('kubectl get sorts, filters and chunks', make, ['create -f -', configMap('alpha', { z: '1' })], ['create -f -', configMap('beta', {}, { labels: { l: 'n' } })], 'get cm --sort-by=.metadata.name -o name', 'get cm -l l=m -o name', 'get cm -l l!=m -o name', 'get cm -l l -o name', 'get cm --field-selector=metadata.name=beta -o name', 'get cm --chunk-size=1 -o name'),
  { ...kubectl('kubectl describe shows an object with its events', makeWidget, ['create -f -', event('e1')], ['create -f -', event('e2', { type: 'Warning', reason: 'Broke', message: 'it broke' })], 'describe widget one', 'describe wd', 'describe widget none', 'describe widget -l l=m --show-events=false'), vague: [/Resource Version: +\d+/g] },
  kubectl('kubectl describe of core kinds', make, 'describe cm one', 'create secret generic s --from-literal=a=b', 'describe secret s', 'create serviceaccount sa', 'describe sa sa'),
  kubectl('kubectl describe of a namespace tells of its quotas', 'describe ns {ns}'),
  kubectl('kubectl events lists what happened', makeWidget, ['create -f -', event('e1')], ['create -f -', event('e2', { type: 'Warning', reason: 'Broke', message: 'it broke' })], 'events', 'events --for=widget/one', 'events --types=Warning', 'events --for=cm/none', 'events -o json', 'get events --field-selector=involvedObject.name=one,type=Warning', 'events --no-headers'),
  kubectl('kubectl wait sees what is there already', makeWidget, ready, 'wait widget one --for=condition=Ready --timeout=5s', 'wait widget/one --for=jsonpath={.status.phase}=Running --timeout=5s', 'wait widget one --for=jsonpath={.spec.size} --timeout=5s', 'wait widget --all --for=condition=Ready=True --timeout=5s', 'wait widget one --for=create --timeout=5s', 'wait cm/none --for=delete --timeout=5s'),
  {
    title: 'kubectl wait ends when it takes too long',
    run: async ({ kubectl: run, quietly, note }) => {
      await quietly(() => run(makeWidget[0], { stdin: makeWidget[1] }));
      for (const line of ['widget one --for=condition=Ready --timeout=1s', 'widget one --for=jsonpath={.status.phase}=Running --timeout=0s', 'widget one --for=delete --timeout=1s', 'cm none --for=create --timeout=1s', 'widget none --for=condition=Ready --timeout=1s', 'widget one --for=nonsense', 'widget -l no=such --for=condition=Ready --timeout=1s']) {
        const { code, stdout, stderr } = await quietly(() => run(`wait ${line}`));
        note(line, { code, stdout, stderr: stderr.replaceAll(ownWatch, '') });
      }
    },
  },
  {
    title: 'kubectl wait sees what happens while it waits',
    run: async ({ kubectl: run, quietly, note }) => {
      const later = (line: string, stdin: string | object = ''): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 500)).then(() => run(line, { stdin }));
      const both = async (line: string, meanwhile: Promise<unknown>): Promise<void> => {
        const [{ code, stdout }] = await quietly(() => Promise.all([run(line), meanwhile]));
        note(line, { code, stdout });
      };
      await run('create -f -', { stdin: widget('one') });
      await both('wait widget one --for=condition=Ready --timeout=25s', later(ready[0]));
      await both('wait widget one --for=delete --timeout=25s', later('delete widget one'));
      await both('wait cm one --for=create --timeout=25s', later('create -f -', configMap('one')));
    },
  },
  {
    title: 'kubectl api-versions and api-resources tell of our kinds',
    run: async ({ kubectl: run }) => {
      const ours = (stdout: string): unknown => stdout.split('\n').filter((line) => /test\.example\.com|clrk\.apoxy\.dev|^coordination\.k8s\.io\/v1$|^apiextensions|^v1$/.test(line));
      await run('api-versions', { keep: ours });
      for (const more of ['', ' -o wide', ' -o name', ' --namespaced=false', ' --verbs=list,watch', ' --categories=things']) await run(`api-resources --api-group=test.example.com${more}`);
    },
  },
];
