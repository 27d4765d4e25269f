// AIProviderRoute: which calls to which AI provider a gateway lets through.
import type { Verdict } from './conditions.ts';
import { group } from './group.ts';
import { age, entries, field, type KindDefinition, type Kinded, type Problem } from './object.ts';
import { referenceTo, routeParents } from './references.ts';
import { list, object, optional, text, listInCel, ruled, type TypeOf } from './schema.ts';

/** What may be written, in any case of letters, and what the proxy calls it. */
export const providers: Readonly<Record<string, string>> = {
  openai: 'openai',
  anthropic: 'anthropic',
  google: 'google_genai',
  google_genai: 'google_genai',
  'azure-openai': 'azure_openai',
  azure_openai: 'azure_openai',
  bedrock: 'aws_bedrock',
  aws_bedrock: 'aws_bedrock',
  custom: 'custom',
};

/** As messages list them: in the spelling of Kubernetes. */
const knownProviders = Object.keys(providers).filter((name) => !name.includes('_')).join(', ');

export const routeController = `${group}/aiproviderroute-controller`;

const glob = (description: string) => text(description, { minLength: 1, maxLength: 512 });

// Whether a glob itself is well formed is left to the check: with 262,144 globs a pattern costs more than an API server grants.
const path = (description: string) => ruled(glob(description), { rule: `${['/', '*', '?', '[', '\\\\'].map((mark) => `self.startsWith('${mark}')`).join(' || ')}`, message: 'matches no path, since every path begins with /' });

const match = object('All that is given must hold.', {
  provider: ruled(
    text('openai, anthropic, google, azure-openai, bedrock, or custom for any host.', { pattern: '^[A-Za-z][A-Za-z_-]*$', maxLength: 63 }),
    { rule: `self.lowerAscii() in ${listInCel(Object.keys(providers))}`, message: `is none that is known; known are ${knownProviders}`, messageExpression: `"is %s; known are ${knownProviders}".format([self])` },
  ),
  endpoints: optional(list('Globs on the path without its query; `*` does not cross a slash. Absent: any path.', path('One glob, e.g. `/v1/messages`.'), { min: 1, max: 64 })),
  models: optional(list('Globs on the model that the request asks for. Absent: any model.', glob('One glob, e.g. `claude-*`.'), { min: 1, max: 64 })),
});

const spec = object('The gateways that the route is attached to, and what it opens there.', {
  parentRefs: list('The gateways.', referenceTo('One gateway.', ['EgressGateway']), { min: 1, max: 16 }),
  rules: list('Rules, in order: the first match wins.', object('One rule.', { matches: list('One of them must hold.', match, { min: 1, max: 64 }) }), { min: 1, max: 64 }),
});

const status = object('How the route fares.', { parents: routeParents });

export type AIProviderRoute = Kinded<'AIProviderRoute', TypeOf<typeof spec>, TypeOf<typeof status>>;

export type RouteVerdict =
  /** NoMatchingParent: the gateway does not exist. UnsupportedValue: the route itself is wrong, and the gateway leaves it out. */
  | Verdict<'Accepted', 'Accepted' | 'NoMatchingParent' | 'UnsupportedValue'>
  | Verdict<'ResolvedRefs', 'ResolvedRefs'>;

/** What is wrong with a pattern of Go's path.Match; such a one would never match. */
function globProblem(pattern: string): string | undefined {
  if (/^(?:[^\\]|\\.)*\\$/s.test(pattern)) return 'ends in a backslash that escapes nothing';
  const outsideClasses = pattern.replaceAll(/\\.|\[\^?(?:(?:\\.|[^\]\\-])(?:-(?:\\.|[^\]\\-]))?)+\]/gs, '');
  return outsideClasses.includes('[') ? 'has a [ that opens no valid set of characters' : undefined;
}

function check(candidate: unknown): readonly Problem[] {
  const problems: Problem[] = [];
  entries(field(candidate, 'spec', 'rules')).forEach((rule, ruleIndex) =>
    entries(field(rule, 'matches')).forEach((entry, matchIndex) => {
      const path = `/spec/rules/${ruleIndex}/matches/${matchIndex}`;
      const provider = field(entry, 'provider');
      if (typeof provider === 'string' && !Object.hasOwn(providers, provider.toLowerCase()))
        problems.push({ path: `${path}/provider`, message: `is ${provider}; known are ${knownProviders}` });
      for (const name of ['endpoints', 'models'] as const)
        entries(field(entry, name)).forEach((pattern, index) => {
          const wrong = typeof pattern === 'string' ? globProblem(pattern) : undefined;
          if (wrong) problems.push({ path: `${path}/${name}/${index}`, message: wrong });
        });
      entries(field(entry, 'endpoints')).forEach((pattern, index) => {
        if (typeof pattern === 'string' && !/^[/*?[\\]/.test(pattern)) problems.push({ path: `${path}/endpoints/${index}`, message: 'matches no path, since every path begins with /' });
      });
    }),
  );
  return problems;
}

export const aiProviderRoute: KindDefinition = {
  kind: 'AIProviderRoute',
  plural: 'aiproviderroutes',
  singular: 'aiproviderroute',
  shortNames: ['aipr'],
  description: 'Which calls to which AI provider a gateway lets through.',
  spec,
  status,
  check,
  columns: [
    { name: 'Accepted', type: 'string', jsonPath: '.status.parents[*].conditions[?(@.type=="Accepted")].status' },
    { name: 'Ready', type: 'string', jsonPath: '.status.parents[*].conditions[?(@.type=="ResolvedRefs")].status' },
    age,
  ],
};
