// kubectl's own watches: get -w and what it prints of each event.
import type { Case, Server } from '../case.ts';
import { configMap, configMapsPath, widget, widgetsPath } from '../fixtures.ts';

const patched = { headers: { 'content-type': 'application/merge-patch+json' } };

/** kubectl watches for two seconds while one object comes, changes and goes. */
const watching = (title: string, line: string, path = configMapsPath, make: (name: string) => object = configMap): Case => ({
  title,
  run: async (server: Server) => {
    await server.request('POST', path, { body: make('first') });
    const change = async (): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 900));
      await server.quietly(async () => {
        await server.request('POST', path, { body: make('one') });
        await server.request('PATCH', `${path}/one`, { ...patched, body: { metadata: { labels: { a: 'b' } } } });
        await server.request('DELETE', `${path}/one`);
      });
    };
    // A watch is only ended by its time: kubectl passes --request-timeout on as timeoutSeconds.
    await Promise.all([server.kubectl(`${line} --request-timeout=2s`), change()]);
  },
});

const widgets = [widgetsPath, (name: string): object => widget(name)] as const;

export const kubectlWatchCases: readonly Case[] = [
  watching('kubectl get -w prints what is there and each change', 'get configmaps -w'),
  watching('kubectl get -w of a custom kind prints its columns', 'get widgets -w', ...widgets),
  watching('kubectl get --watch-only prints changes only', 'get configmaps --watch-only'),
  watching('kubectl get -w --output-watch-events names each event', 'get configmaps -w --output-watch-events'),
  watching('kubectl get -w -o name', 'get widgets -w -o name', ...widgets),
  watching('kubectl get --watch-only -o jsonpath with events', 'get configmaps --watch-only --output-watch-events -o jsonpath={.type}:{.object.metadata.name}{"\\n"}'),
  watching('kubectl get -w of one object', 'get configmap first -w'),
  watching('kubectl get -w -l with a label that comes later', 'get configmaps -w -l a=b'),
];
