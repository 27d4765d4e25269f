// How our objects name one another: the borrowed Gateway API shapes, as far as they are in effect.
import { objectName } from './agent-sandbox.ts';
import { nestedConditions } from './conditions.ts';
import { group } from './group.ts';
import { enumOf, list, object, optional, text } from './schema.ts';

export const referenceTo = <const K extends readonly string[]>(description: string, kinds: K) =>
  object(description, {
    group: enumOf('API group; without it a Gateway API object would be meant.', [group]),
    kind: enumOf('Kind of the object.', kinds),
    name: objectName('Name of the object, in the same namespace.'),
  });

const statusReference = object('The object that this entry is about.', {
  group: optional(text('API group.', { maxLength: 253 })),
  kind: optional(text('Kind.', { maxLength: 63 })),
  name: text('Name.', { maxLength: 253 }),
});

const controllerName = text('Who wrote this entry.', { maxLength: 253 });

export const routeParents = optional(
  list(
    'One entry for each gateway that the route names.',
    object('How the route fares at one gateway.', { parentRef: statusReference, controllerName, conditions: nestedConditions('Accepted, ResolvedRefs.') }),
    { max: 16 },
  ),
);

export const policyAncestors = optional(
  list(
    'One entry for each object that the policy names.',
    object('How the policy fares at one object.', { ancestorRef: statusReference, controllerName, conditions: nestedConditions('Accepted, ResolvedRefs.') }),
    { max: 16 },
  ),
);
