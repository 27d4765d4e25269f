// The language of the cases: what a case may ask of a server, and what is written down of each answer.

/** What one question brought, in the order in which a case asked. */
export type Observation =
  | { readonly asked: string; readonly code: number; readonly stdout: unknown; readonly stderr: string }
  | { readonly asked: string; readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: unknown }
  | { readonly asked: string; readonly status: number; readonly events: readonly unknown[] }
  | { readonly asked: string; readonly noted: unknown };

/** A JSON answer; cases read what they need for the next question. */
export type Body = { readonly [key: string]: Body } & { readonly length: number } & string & readonly Body[];

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The parsed answer; {} when it is not JSON. */
  readonly body: Body;
}

export interface Ask {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Who asks; the administrator unless said otherwise. `stranger` has a certificate of an authority that nobody knows. */
  readonly as?: 'admin' | 'nobody' | 'stranger' | { readonly user: string; readonly groups?: readonly string[] };
  /** Cuts the answer down to what is compared: for lists that other cases change too. */
  readonly keep?: (body: Body) => unknown;
}

export interface KubectlOptions {
  readonly stdin?: string | object;
  readonly env?: Readonly<Record<string, string>>;
  readonly keep?: (stdout: string) => unknown;
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** One server, as a case sees it. Everything asked is written down; `quietly` leaves out what only prepares. */
export interface Server {
  /** A namespace that is this case's own, with the same name on both servers. */
  readonly namespace: string;
  /** A word that is this case's own, for the names of cluster-wide objects and API groups. */
  readonly unique: string;
  kubectl(args: readonly string[] | string, options?: KubectlOptions): Promise<Ran>;
  request(method: string, path: string, ask?: Ask): Promise<Reply>;
  /** Watches until `enough` says so, the server ends, or ten seconds are over. `meanwhile` runs once the watch is answered. */
  watch(path: string, enough: (events: readonly Body[]) => boolean, meanwhile?: () => Promise<unknown>, headers?: Readonly<Record<string, string>>): Promise<readonly Body[]>;
  /** Asks again until the answer is as wanted, fifteen seconds at most; only the last answer is written down. */
  until(method: string, path: string, wanted: (reply: Reply) => boolean, ask?: Ask): Promise<Reply>;
  /** What is asked inside is not compared. */
  quietly<T>(ask: () => Promise<T>): Promise<T>;
  /** Writes down a value of the case's own making. */
  note(asked: string, value: unknown): void;
  /** Writes a file into the case's folder and answers its path; the path reads the same on both servers. */
  file(name: string, content: string | object): string;
}

export interface Case {
  /** A sentence: what a user may rely on. */
  readonly title: string;
  readonly run: (server: Server) => Promise<unknown>;
  /** Patterns whose matches are made equal, e.g. generated names. */
  readonly vague?: readonly RegExp[];
  /** No namespace is made for it. */
  readonly clusterWide?: boolean;
}

/** One kubectl command line; words are split at spaces, `{ns}` is the case's namespace. */
export const kubectl = (title: string, ...lines: readonly (string | readonly [string, string | object])[]): Case => ({
  title,
  run: async (server) => {
    for (const line of lines) {
      if (typeof line === 'string') await server.kubectl(line);
      else await server.kubectl(line[0], { stdin: line[1] });
    }
  },
});

/** Raw requests, one after the other; `{ns}` in a path is the case's namespace. */
export const requests = (title: string, ...asked: readonly (readonly [method: string, path: string, ask?: Ask])[]): Case => ({
  title,
  run: async (server) => {
    for (const [method, path, ask] of asked) await server.request(method, path, ask);
  },
});
