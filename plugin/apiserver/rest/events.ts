// What a change is to a watch, as a line of its stream: made once for all watches that show it alike.
import type { JsonObject, KubeObject } from '../json.ts';
import type { Change } from '../store/history.ts';
import type { Matches } from './label-selector.ts';
import type { EventForm } from './present.ts';

interface Event {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubeObject;
}

/** What a change means to somebody who sees only the objects that match. */
function eventOf({ object, previous, revision }: Change, matches: Matches): Event | undefined {
  const was = previous !== undefined && matches(previous);
  const is = object !== undefined && matches(object);
  if (is && object) return { type: was ? 'MODIFIED' : 'ADDED', object };
  if (!was || !previous) return undefined;
  // The last state that matched, with the revision of its end: the client resumes behind it.
  return { type: 'DELETED', object: { ...previous, metadata: { ...previous.metadata, resourceVersion: String(revision) } } };
}

export const lineOf = (type: string, object: JsonObject): Buffer => Buffer.from(`${JSON.stringify({ type, object })}\n`);

/** The newest change is told to every watch in one go: its lines are kept until the next one comes, and no longer. */
let told: Change | undefined;
const toldLines = new Map<string, Buffer>();

/** Makes the line of a change for one watch; undefined: it does not see it. */
export function eventLines(form: EventForm, matches: Matches): (change: Change) => Buffer | undefined {
  return (change) => {
    const event = eventOf(change, matches);
    if (!event) return undefined;
    if (told !== change) {
      told = change;
      toldLines.clear();
    }
    const key = `${event.type} ${form.name()}`;
    const known = toldLines.get(key);
    if (known) {
      // A table that has sent its headings must know it, though another watch made the line.
      if (key.endsWith(' true')) form.show(event.object);
      return known;
    }
    const made = lineOf(event.type, form.show(event.object));
    toldLines.set(key, made);
    return made;
  };
}
