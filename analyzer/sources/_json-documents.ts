/**
 * JSON objects in a text of lines: one per line, several concatenated, pretty printed, or the elements of one array.
 * Each object is parsed on its own as soon as it ends, so that a cut document still gives what came before the cut.
 */
import type { FieldPlaces } from "../model/fact.ts";
import type { Line } from "../model/source.ts";

export type JsonObject = Record<string, unknown>;

/** Longer objects are given up: nothing that a node prints comes near. */
const LIMIT = 64 * 1024 * 1024;

export interface JsonReceiver {
  /**
   * `line` is the line of the object's own id, or the one it starts on. `placeOf` gives the first line that holds a
   * text; null when the object stands on one line, or none of its lines does.
   */
  object(value: JsonObject, line: Line, placeOf: (text: string) => FieldPlaces[string] | null): void;
  /** A line outside of any object that is no JSON. */
  other(line: Line): void;
  broken(line: number, message: string): void;
}

export interface JsonReader {
  line(line: Line): void;
  end(): void;
}

interface Open {
  first: Line;
  id: Line | null;
  parts: string[];
  /** Where the parts stand, as far as they are remembered. */
  places: FieldPlaces[string][];
  length: number;
  depth: number;
  inString: boolean;
  escaped: boolean;
}

/** A container takes a few hundred lines; a line of one character must not cost a hundred bytes of memory. */
const MOST_PLACES = 10_000;

/** Names of the member that names the object itself, at the depth of the object. */
const ID = /^\s*[{,]?\s*"(?:Id|ID|id)"\s*:/;

function parse(parts: string[]): unknown {
  try {
    return JSON.parse(parts.join("\n"));
  } catch {
    // A terminal that wraps long lines leaves line ends inside of strings.
    try {
      return JSON.parse(parts.join(""));
    } catch {
      return undefined;
    }
  }
}

/** Where the open object ends in the text, or -1. Keeps the scanner's state for the next line. */
function scan(open: Open, text: string, from: number): number {
  for (let at = from; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (open.inString) {
      if (open.escaped) open.escaped = false;
      else if (code === 92) open.escaped = true;
      else if (code === 34) open.inString = false;
    } else if (code === 34) open.inString = true;
    else if (code === 123) open.depth++;
    else if (code === 125 && --open.depth === 0) return at + 1;
  }
  return -1;
}

/** A reader that calls the receiver for each object of the text. */
export function readJsonDocuments(receiver: JsonReceiver): JsonReader {
  let open: Open | null = null;

  function close(done: Open): void {
    const value = parse(done.parts);
    const placeOf = (text: string): FieldPlaces[string] | null => {
      const at = done.parts.length > 1 ? done.parts.findIndex((part) => part.includes(text)) : -1;
      return done.places[at] ?? null;
    };
    if (typeof value === "object" && value !== null)
      receiver.object(value as JsonObject, done.id ?? done.first, placeOf);
    else receiver.broken(done.first.number, "not JSON");
  }

  function begin(line: Line, from: number): number {
    const start = line.text.indexOf("{", from);
    const before = line.text.slice(from, start < 0 ? undefined : start);
    if (!/^[\s[\],\ufeff]*$/.test(before)) {
      receiver.other(line);
      return line.text.length;
    }
    if (start < 0) return line.text.length;
    open = { first: line, id: null, parts: [], places: [], length: 0, depth: 0, inString: false, escaped: false };
    return start;
  }

  function proceed(current: Open, line: Line, from: number): number {
    if (current.id === null && current.depth === 1 && ID.test(line.text)) current.id = line;
    const end = scan(current, line.text, from);
    const part = line.text.slice(from, end < 0 ? undefined : end);
    current.length += part.length;
    if (current.length <= LIMIT) current.parts.push(part);
    if (current.places.length < MOST_PLACES)
      current.places.push({ line: line.number, byteOffset: line.byteOffset, byteLength: line.byteLength });
    if (end < 0) return line.text.length;
    open = null;
    if (current.length <= LIMIT) close(current);
    else receiver.broken(current.first.number, "longer than 64 MiB");
    return end;
  }

  return {
    line(line) {
      let at = 0;
      while (at < line.text.length) at = open === null ? begin(line, at) : proceed(open, line, at);
    },
    end() {
      if (open !== null) receiver.broken(open.first.number, "cut before its end");
      open = null;
    },
  };
}

/** A member that is an object, or an empty one. */
export function member(value: JsonObject, key: string): JsonObject {
  const found = value[key];
  return typeof found === "object" && found !== null && !Array.isArray(found) ? (found as JsonObject) : {};
}

/** A member that is a text with something in it, or null. */
export function string(value: JsonObject, key: string): string | null {
  const found = value[key];
  return typeof found === "string" && found !== "" ? found : null;
}

/** A member that is a number, or null. */
export function number(value: JsonObject, key: string): number | null {
  const found = value[key];
  return typeof found === "number" && Number.isFinite(found) ? found : null;
}

/** A member that is true or false, or null. */
export function flag(value: JsonObject, key: string): boolean | null {
  const found = value[key];
  return typeof found === "boolean" ? found : null;
}
