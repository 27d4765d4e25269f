// Everything by which the operator acts: its authority, the controllers and the two doors. Of several operators one does.
import type { Logger } from '../proxy/telemetry/log.ts';
import type { Config } from './config.ts';
import { startControllers } from './controllers/controllers.ts';
import type { Kube } from './kube/kube.ts';
import { openDoor } from './serve/door.ts';
import { Forward } from './serve/forward.ts';
import { openReaderDoor } from './serve/readers.ts';
import { telemetryStore } from './serve/telemetry.ts';
import { authorityInSecret, authorityOfSession } from './trust/authority-store.ts';
import { clusterTokens } from './trust/review.ts';
import { sessionTokens } from './trust/session-tokens.ts';
import { openTrust } from './trust/trust.ts';

export interface Acting {
  /** Resolves when everything that exists has been seen. */
  readonly ready: Promise<void>;
  readonly isReady: () => boolean;
  readonly addresses: { readonly address: string; readonly readers: string };
  readonly close: () => Promise<void>;
}

export async function act(kube: Kube, { listen, listenForReaders, session, pods, certificateSeconds, forwardTo, forwardToken }: Config, log: Logger): Promise<Acting> {
  const trust = await openTrust({ store: session ? authorityOfSession(session.authority) : authorityInSecret(kube, log), log, certificateSeconds, ...(pods ? { doorName: new URL(pods.settings.doorUrl).hostname.replace(/^\[(.*)\]$/, '$1') } : {}) });
  const controllers = startControllers(kube, log, pods && { ...pods, authority: trust.bundle, onAuthority: trust.onChange });
  const tokens = session ? sessionTokens(session.tokens, session.pod) : clusterTokens(kube, log);
  const forward = forwardTo === undefined ? undefined : new Forward(forwardTo, forwardToken, log);
  const serving = { trust, tokens, store: telemetryStore(forward), log };
  const door = await openDoor({ ...listen, ...serving, controllers });
  const readers = await openReaderDoor({ ...listenForReaders, ...serving });
  return {
    ready: controllers.ready,
    isReady: controllers.isReady,
    addresses: { address: door.address, readers: readers.address },
    close: async () => {
      forward?.close();
      trust.close();
      await Promise.all([door.close(), readers.close(), controllers.close()]);
    },
  };
}
