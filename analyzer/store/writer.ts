import type { Database } from "better-sqlite3";
import type { FactKind, FactValues } from "../model/fact.ts";
import type { EventDraft, Line } from "../model/source.ts";
import { createBatcher } from "./batch.ts";
import { ASSUMED, rememberColumns } from "./columns.ts";
import { ALONE, createInterner, JOURNAL, type Teller } from "./interner.ts";
import type { TextMatcher } from "./matches.ts";
import { createRunCutter } from "./runs.ts";
import { createSink } from "./sink.ts";

/** Takes what one ingest reads, in bundle order. */
export interface StoreWriter {
  /** The id of an artifact that begins here. */
  artifact(path: string, modified: number | null, link: string | null): number;
  finishArtifact(id: number, source: string | null, bytes: number, lines: number): void;
  /** Events from here on come from a binary journal, from another form of one, or (null) from neither. */
  tells(artifact: number, journal: "binary" | "export" | null): void;
  event(artifact: number, draft: EventDraft): void;
  fact<K extends FactKind>(artifact: number, kind: K, key: string, value: FactValues[K], line: Line): void;
  warning(artifact: string, line: number, message: string): void;
  /** How many so far. */
  events(): number;
  /** Resolves when there is room for more; null when there is. Rejects with what went wrong in the store. */
  busy(): Promise<void> | null;
  /** Resolves when everything is stored. */
  finish(): Promise<void>;
  /** Gives up: the store is left as it is. */
  abort(): Promise<void>;
}

/**
 * Writes drafts as they come into an empty store. Event ids count up from 1 in bundle order.
 * @param matcher what the line rules find in a text
 * @param large whether many events are expected
 */
export function createWriter(database: Database, matcher: TextMatcher, large = false): StoreWriter {
  const sink = createSink(database, matcher, { large, free: (space) => batcher.free(space) });
  const batcher = createBatcher((batch) => sink.write(batch));
  const artifacts = new Map<number, [path: string, modified: number | null, link: string | null]>();
  const origins = createOrigins();
  const columns = rememberColumns(database);
  const runs = createRunCutter(({ artifact, firstEvent, lastEvent, clock, firstStated, lastStated, ...run }) => {
    const { section, process, boot, firstMonotonic, lastMonotonic } = run;
    const stated = [clock, firstStated, lastStated] as const;
    batcher.row([
      "run",
      artifact,
      section,
      process,
      firstEvent,
      lastEvent,
      ...stated,
      boot,
      firstMonotonic,
      lastMonotonic,
    ]);
  });
  const texts = createInterner({ onText: (text) => batcher.text(text), onUses: (uses) => batcher.uses(uses) });
  const exports = new Map<string, Teller>();
  let teller = ALONE;
  let lastArtifact = 0;
  let lastEvent = 0;

  return {
    artifact(path, modified, link) {
      artifacts.set(++lastArtifact, [path, modified, link]);
      teller = ALONE;
      return lastArtifact;
    },
    finishArtifact(id, source, bytes, lines) {
      const [path, modified, link] = artifacts.get(id) ?? ["", null, null];
      artifacts.delete(id);
      runs.close();
      batcher.row(["artifact", id, path, source, bytes, lines, modified, link]);
    },
    tells(artifact, journal) {
      runs.section();
      const [path = ""] = artifacts.get(artifact) ?? [];
      // Rotated files of one log tell different events.
      const log = path.replace(/(?:[.-]\d{1,10})?(?:\.(?:gz|xz|zst))?$/, "");
      if (journal === "export" && !exports.has(log)) exports.set(log, exports.size + 1);
      teller = journal === "export" ? (exports.get(log) ?? ALONE) : journal === "binary" ? JOURNAL : ALONE;
    },
    event(artifact, draft) {
      const id = ++lastEvent;
      runs.add(artifact, id, draft);
      const { line, stated, precision, level } = draft;
      const text = texts.id(draft.text, id, teller);
      const origin = origins.id(draft.origin);
      columns.add(line.number, stated, precision, draft.levelAssumed === true ? level | ASSUMED : level, origin, text);
      batcher.event(artifact, line.number, line.byteOffset, line.byteLength, stated, precision, level, origin, text);
    },
    fact(artifact, kind, key, value, line) {
      const { number, byteOffset, byteLength } = line;
      batcher.row(["fact", kind, key, JSON.stringify(value), artifact, number, byteOffset, byteLength]);
    },
    warning: (artifact, line, message) => batcher.row(["warning", artifact, line, message]),
    events: () => lastEvent,
    busy: () => sink.busy(),
    finish() {
      texts.finish();
      for (const { id, name, events } of origins.all()) batcher.row(["origin", id, name, events]);
      batcher.flush();
      return sink.finish();
    },
    abort: () => sink.abort(),
  };
}

interface Origin {
  id: number;
  name: string;
  events: number;
}

/** Ids of origins, with how many events each has: a count over all events would cost a second for a million. */
function createOrigins(): { id: (name: string) => number; all: () => Iterable<Origin> } {
  const known = new Map<string, Origin>();
  let latest: Origin = { id: 0, name: "", events: 0 };
  return {
    id(name) {
      if (latest.name !== name || latest.id === 0) {
        latest = known.get(name) ?? { id: known.size + 1, name, events: 0 };
        if (latest.events === 0) known.set(name, latest);
      }
      latest.events += 1;
      return latest.id;
    },
    all: () => known.values(),
  };
}
