import type { Database } from "better-sqlite3";
import type { Locator } from "../model/artifact.ts";
import { entityId } from "../model/entity.ts";
import type { EntityRef } from "../model/rule.ts";
import type { EntityKind } from "../model/words.ts";

/** The entities of a bundle and how they hang together. Reads come from memory; writes go to the store as well. */
export interface Graph {
  add(kind: EntityKind, key: string, title?: string): EntityRef;
  link(from: EntityRef, to: EntityRef, kind: string, evidence: Pick<Locator, "artifact" | "line"> | null): void;
  /** Another name for an entity: `alias` resolves to it from now on. */
  alias(kind: EntityKind, alias: string, key: string): void;
  /** The entity of that name; a container id may be a prefix. Unknown names are their own key. */
  resolve(kind: EntityKind, name: string): EntityRef;
  linked(ref: EntityRef, kind?: EntityKind): EntityRef[];
  title(ref: EntityRef): string;
  has(kind: EntityKind, key: string): boolean;
  all(kind: EntityKind): EntityRef[];
}

interface Node {
  ref: EntityRef;
  title: string;
  neighbours: Set<string>;
}

/** An empty graph over an empty store. */
export function createGraph(database: Database): Graph {
  const nodes = new Map<string, Node>();
  const aliases = new Map<string, string>();
  const seen = new Set<string>();
  const insert = database.prepare(
    `INSERT INTO entity (id, kind, key, title) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET title = excluded.title`,
  );
  const insertLink = database.prepare(`INSERT INTO link ("from", "to", kind, artifact, line) VALUES (?, ?, ?, ?, ?)`);

  const add = (kind: EntityKind, key: string, title?: string): EntityRef => {
    const id = entityId(kind, key);
    const known = nodes.get(id);
    if (known && (title === undefined || title === known.title)) return known.ref;
    const node = known ?? { ref: { kind, key }, title: "", neighbours: new Set<string>() };
    node.title = title ?? key;
    nodes.set(id, node);
    insert.run(id, kind, key, node.title);
    return node.ref;
  };

  const byPrefix = (kind: EntityKind, prefix: string): EntityRef | null => {
    if (kind !== "container" || !/^[0-9a-f]{6,63}$/.test(prefix)) return null;
    const full = [...nodes.values()].filter(({ ref }) => ref.kind === kind && ref.key.startsWith(prefix));
    const longest = full.toSorted((a, b) => b.ref.key.length - a.ref.key.length)[0];
    return longest?.ref ?? null;
  };

  return {
    add,
    link(from, to, kind, evidence) {
      const [a, b] = [entityId(from.kind, from.key), entityId(to.kind, to.key)];
      const key = `${a} ${kind} ${b}`;
      if (a === b || seen.has(key)) return;
      seen.add(key);
      add(from.kind, from.key);
      add(to.kind, to.key);
      nodes.get(a)?.neighbours.add(b);
      nodes.get(b)?.neighbours.add(a);
      insertLink.run(a, b, kind, evidence?.artifact ?? null, evidence?.line ?? null);
    },
    alias(kind, alias, key) {
      aliases.set(`${kind}:${alias}`, key);
    },
    resolve(kind, name) {
      const key = aliases.get(`${kind}:${name}`) ?? name;
      return nodes.get(entityId(kind, key))?.ref ?? byPrefix(kind, key) ?? { kind, key };
    },
    linked(ref, kind) {
      const found = [...(nodes.get(entityId(ref.kind, ref.key))?.neighbours ?? [])].map((id) => nodes.get(id)?.ref);
      return found.filter((other): other is EntityRef => other !== undefined && (!kind || other.kind === kind));
    },
    title: (ref) => nodes.get(entityId(ref.kind, ref.key))?.title ?? ref.key,
    has: (kind, key) => nodes.has(entityId(kind, key)),
    all: (kind) => [...nodes.values()].filter(({ ref }) => ref.kind === kind).map(({ ref }) => ref),
  };
}

const SNAPSHOT = /\/io\.containerd\.snapshotter\.v1\.[\w-]+\/(snapshots\/\d+)(?=[/:,]|$)/g;

/**
 * The id of the layer that a path lies in: of overlay2, without `-init`, or the number of a snapshot of containerd as
 * `snapshots/<n>`; null for other paths.
 */
export function layerOfPath(path: string): string | null {
  const layer = /\/overlay2\/([0-9a-f]{32,64})(?:-init)?(?:\/|$)/.exec(path)?.[1];
  return layer ?? snapshotIds(path)[0] ?? null;
}

/** Every snapshot of containerd that a text names, each once. */
export function snapshotIds(text: string): string[] {
  return [...new Set([...text.matchAll(SNAPSHOT)].map((match) => match[1] ?? ""))];
}

/** Kinds that hold too much together to count as a connection. */
const HUBS = new Set<EntityKind>(["node", "filesystem", "device", "image"]);

/**
 * Whether two entities are the same or hang together over at most three links, hubs aside. A filesystem and the paths on
 * it hang together by their names.
 */
export function createConnection(graph: Graph): (a: EntityRef, b: EntityRef) => boolean {
  const near = new Map<string, Set<string>>();
  const around = (ref: EntityRef): Set<string> => {
    const id = entityId(ref.kind, ref.key);
    const known = near.get(id);
    if (known) return known;
    const reached = new Set([id]);
    let edge = [ref];
    for (let steps = 0; steps < 3; steps++) {
      edge = edge
        .flatMap((at) => graph.linked(at))
        .filter((other) => {
          const key = entityId(other.kind, other.key);
          if (reached.has(key)) return false;
          reached.add(key);
          return !HUBS.has(other.kind);
        });
    }
    near.set(id, reached);
    return reached;
  };
  const holds = (filesystem: EntityRef, other: EntityRef): boolean =>
    filesystem.kind === "filesystem" &&
    other.kind === "path" &&
    (filesystem.key === "/" || other.key === filesystem.key || other.key.startsWith(`${filesystem.key}/`));
  return (a, b) => holds(a, b) || holds(b, a) || around(a).has(entityId(b.kind, b.key));
}
