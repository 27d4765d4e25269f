// The AI providers that the proxy knows: whose host a name is, what a path does, how refusals must look to its clients.
export type Dialect = 'anthropic' | 'openai' | 'google' | 'bedrock' | 'plain';

export interface Provider {
  /** Canonical name, as in routes and `gen_ai.provider.name`. */
  readonly name: string;
  readonly dialect: Dialect;
  readonly serves: (host: string) => boolean;
  /** `gen_ai.operation.name` by path without query; undefined for what is no model call. */
  readonly operation: (path: string) => string | undefined;
  /** For providers that name the model in the path; read from the decoded path, and what it names beats the body. */
  readonly modelInPath?: RegExp;
}

const byPath = (table: Readonly<Record<string, string>>) => (path: string): string | undefined => (Object.hasOwn(table, path) ? table[path] : undefined);

export const providers: readonly Provider[] = [
  {
    name: 'anthropic',
    dialect: 'anthropic',
    serves: (host) => host === 'api.anthropic.com',
    operation: byPath({ '/v1/messages': 'chat', '/v1/complete': 'text_completion' }),
  },
  {
    name: 'openai',
    dialect: 'openai',
    serves: (host) => host === 'api.openai.com',
    operation: byPath({
      '/v1/chat/completions': 'chat', '/v1/responses': 'chat', '/v1/completions': 'text_completion', '/v1/embeddings': 'embeddings',
    }),
  },
  {
    name: 'google_genai',
    dialect: 'google',
    serves: (host) => host === 'generativelanguage.googleapis.com',
    operation: (path) => {
      if (/:(stream)?[gG]enerateContent$/.test(path)) return 'chat';
      return /:(embedContent|batchEmbedContents)$/.test(path) ? 'embeddings' : undefined;
    },
    // Every call of a method names what it is called on, tuned models too.
    modelInPath: /\/([^/:]+):[^/:]*\/*$/,
  },
  {
    name: 'azure_openai',
    dialect: 'openai',
    serves: (host) => /^[a-z0-9-]+\.openai\.azure\.com$/.test(host),
    operation: (path) => (path.endsWith('/chat/completions') ? 'chat' : undefined),
    modelInPath: /\/deployments\/+([^/]+)/i,
  },
  {
    name: 'aws_bedrock',
    dialect: 'bedrock',
    serves: (host) => /^(vpce-[a-z0-9-]+\.)?bedrock-runtime(-fips)?\.[a-z0-9-]+\.(vpce\.)?amazonaws\.com$/.test(host),
    operation: (path) => (/^\/model\/[^/]+\/converse(-stream)?$/.test(path) ? 'chat' : undefined),
    // An ARN brings slashes of its own; the operation is what comes last.
    modelInPath: /^\/+model\/+(.+)\/[^/]+\/*$/is,
  },
];

export function providerOf(host: string): Provider | undefined {
  return providers.find((p) => p.serves(host));
}

/** Whether a route for `provider` covers a host; `custom` names no host, so it covers every one. */
export function routeCovers(provider: string, host: string): boolean {
  return provider === 'custom' || providers.some((p) => p.name === provider && p.serves(host));
}

/** The model a path names, for providers that put it there, in whatever spelling. */
export function modelInPath(provider: Provider | undefined, path: string): string | undefined {
  return provider?.modelInPath?.exec(decoded(path))?.[1];
}

/** Never throws: bytes that are no UTF-8 become replacement characters, which no policy names. */
function decoded(path: string): string {
  return path.replace(/(?:%[0-9a-f]{2})+/gi, (bytes) => Buffer.from(bytes.replaceAll('%', ''), 'hex').toString('utf8'));
}
