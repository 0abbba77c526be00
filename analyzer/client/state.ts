/** What the reader chose. Everything that is drawn follows from this and the data. */
import type { Criteria, LevelGroup } from "./criteria.ts";
import type { Range } from "./range.ts";
import type { Zone } from "./zone.ts";

export type { LevelGroup, Range };

export interface State extends Criteria {
  /** What the chart shows, in milliseconds since 1970. */
  view: Range;
  fold: boolean;
  zone: Zone;
  /** Index of an event, -1 for none. */
  selected: number;
  /** Time under the pointer, or of the selected event. */
  cursor: number | null;
}

export type Listener = (changed: ReadonlySet<keyof State>, state: State) => void;

export interface Store {
  get: () => State;
  set: (patch: Partial<State>) => void;
  /** Called once per frame with all that changed since the last. */
  listen: (listener: Listener) => void;
  /** Calls the listeners now. */
  flush: () => void;
}

export function createState(initial: State): Store {
  let state = initial;
  const changed = new Set<keyof State>();
  const listeners: Listener[] = [];
  let waiting = false;
  const flush = (): void => {
    waiting = false;
    if (changed.size === 0) return;
    const keys = new Set(changed);
    changed.clear();
    for (const listener of listeners) listener(keys, state);
  };
  return {
    get: () => state,
    set: (patch) => {
      for (const key of Object.keys(patch) as (keyof State)[]) {
        if (patch[key] !== undefined && patch[key] !== state[key]) changed.add(key);
        if (patch[key] === null && state[key] !== null) changed.add(key);
      }
      state = { ...state, ...patch };
      if (waiting || changed.size === 0) return;
      waiting = true;
      requestAnimationFrame(flush);
    },
    listen: (listener) => listeners.push(listener),
    flush,
  };
}
