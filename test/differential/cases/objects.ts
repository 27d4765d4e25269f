// Creating, reading, replacing and deleting single objects.
import { kubectl, requests, type Case } from '../case.ts';
import { configMap, configMapsPath, widget, widgetsPath } from '../fixtures.ts';

export const objectCases: readonly Case[] = [
  requests('a created object comes back whole, with its uid, version, time and owner of fields', ['POST', configMapsPath, { body: configMap('one') }], ['GET', `${configMapsPath}/one`]),
  requests('creating what is there already is AlreadyExists', ['POST', configMapsPath, { body: configMap('one') }], ['POST', configMapsPath, { body: configMap('one') }]),
  requests('an object that is not there is NotFound', ['GET', `${configMapsPath}/none`], ['DELETE', `${configMapsPath}/none`], ['PUT', `${configMapsPath}/none`, { body: configMap('none') }], ['GET', `${widgetsPath}/none`]),
  requests('a custom object gets its defaults and generation 1', ['POST', widgetsPath, { body: widget('one', { size: 'small', parts: [{ name: 'a' }] }) }]),
  {
    title: 'a PUT with an old resourceVersion is a Conflict',
    run: async ({ request }) => {
      const { body } = await request('POST', widgetsPath, { body: widget('one') });
      await request('PUT', `${widgetsPath}/one`, { body: { ...(body as object), spec: { size: 'large' } } });
      await request('PUT', `${widgetsPath}/one`, { body: { ...(body as object), spec: { size: 'small' } } });
    },
  },
  kubectl('kubectl create, get and delete print what they print on a cluster', ['create -f -', configMap('one')], 'get configmap one', 'get configmap one -o yaml', 'get cm one -o name', 'delete cm one', 'get cm one'),
];
