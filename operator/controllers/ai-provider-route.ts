// AIProviderRoute: tells for each gateway that it names whether it is attached.
import { routeController, type AIProviderRoute } from '../api/ai-provider-route.ts';
import { conditions } from '../api/conditions.ts';
import { aiProviderRoutes } from '../kube/resources.ts';
import { routeVerdicts } from '../plan/route.ts';
import type { World } from './world.ts';
import { writeStatus } from './write.ts';

export async function reconcileRoute(world: World, { namespace }: { namespace: string }, route: AIProviderRoute | undefined): Promise<void> {
  if (!route || route.metadata.deletionTimestamp) return;
  const observation = { generation: route.metadata.generation ?? 1, now: new Date() };
  const names = [...new Set(route.spec.parentRefs.map((parent) => parent.name))];
  const parents = names.map((name) => {
    const before = route.status?.parents?.find((known) => known.parentRef.name === name);
    const [{ group, kind } = { group: '', kind: '' }] = route.spec.parentRefs;
    return {
      parentRef: { group, kind, name },
      controllerName: routeController,
      conditions: conditions(before?.conditions, routeVerdicts(route, name, world.gateways.get(namespace, name) !== undefined), observation),
    };
  });
  await writeStatus(world, aiProviderRoutes, route, { parents });
}
