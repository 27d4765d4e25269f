// What is known of one intercepted connection, and the exchanges that run on it.
import type { Socket } from 'node:net';
import type { AgentIdentity } from './contract.ts';

/** Who is on the other end; fixed for the life of a sandbox. */
export interface SandboxFacts {
  readonly id: string;
  readonly agent: AgentIdentity;
  readonly gateway: string;
  readonly runtime: string;
}

/** One connection that was admitted. */
export interface Flow {
  readonly sandbox: SandboxFacts;
  readonly scheme: 'https' | 'http';
  /** Undefined only for plain HTTP to a literal address. */
  readonly host: string | undefined;
  readonly address: string;
  readonly port: number;
  readonly socket: Socket;
}

/** What the server in front may tell an exchange that is under way. */
export interface Running {
  /** The rest of the request is not well-formed. */
  malformed(): void;
  /** The agent's connection is gone. */
  gone(): void;
}
