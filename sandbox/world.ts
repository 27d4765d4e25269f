// What all sandboxes of one worker share.
import type { Logger } from '../proxy/telemetry/log.ts';
import type { Telemetry } from '../proxy/telemetry/otlp.ts';
import type { Images } from './image.ts';
import type { Delegation } from './limits.ts';
import type { Runtime } from './runtime.ts';
import type { Interception } from './sockets.ts';
import type { Inside } from './thread.ts';

export interface World {
  readonly log: Logger;
  readonly telemetry: Pick<Telemetry, 'logger'>;
  readonly inside: Inside;
  readonly runtime: Runtime;
  readonly interception: Interception;
  readonly rulesFile: string;
  readonly images: Images;
  readonly delegation: Delegation | undefined;
  readonly runDir: string;
  readonly proxySocketDir: string;
}
