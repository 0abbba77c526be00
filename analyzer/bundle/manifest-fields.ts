import { isUtf8 } from "node:buffer";
import { decodeName } from "./tar-header.ts";
import { coverageStatuses, type CoverageStatus } from "../model/words.ts";

/** Reads the fields of a JSON object that anybody may have written. A wrong type gives null and one warning. */
export interface Fields {
  warn: (message: string) => void;
  any(key: string): unknown;
  text(key: string, pattern?: RegExp): string | null;
  /** A text that is the name of a member, in the form in which the reader of the archive gives names. */
  memberName(key: string): string | null;
  number(key: string): number | null;
  flag(key: string): boolean | null;
  status(): CoverageStatus;
  record(key: string): Fields | null;
  list(key: string): unknown[];
  /** The objects of a list; anything else in it is left out. */
  records(key: string): Fields[];
}

/** True for a JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Fields of `value`; `warn` takes what is wrong with them, once for each. */
export function createFields(value: Record<string, unknown>, warn: (message: string) => void): Fields {
  const told = new Set<string>();
  function read<T>(key: string, wanted: string, check: (field: unknown) => field is T): T | null {
    const field = Object.hasOwn(value, key) ? value[key] : null;
    if (field === null || check(field)) return field;
    if (!told.has(key)) warn(`"${key}" is not ${wanted}, and was ignored`);
    told.add(key);
    return null;
  }
  const record = (key: string): Fields | null => {
    const field = read(key, "an object", isRecord);
    return field === null ? null : createFields(field, warn);
  };
  const list = (key: string): unknown[] => read(key, "a list", isList) ?? [];
  return {
    warn,
    any: (key) => (Object.hasOwn(value, key) ? value[key] : null),
    text(key, pattern) {
      const isWanted = (field: unknown): field is string =>
        typeof field === "string" && (pattern === undefined || pattern.test(field));
      const field = read(key, pattern === undefined ? "text" : "an ISO 8601 time", isWanted);
      return field === null ? null : fromBytes(field);
    },
    memberName(key) {
      const field = read(key, "text", isText);
      if (field === null || !isByteText(field)) return field;
      return decodeName(Buffer.from(field, "latin1"));
    },
    number: (key) => read(key, "a number", isFiniteNumber),
    flag: (key) => read(key, "true or false", isBoolean),
    status() {
      const status = read("status", `one of ${coverageStatuses.join(" ")}`, isStatus);
      return status ?? "failed";
    },
    record,
    list,
    records: (key) =>
      list(key)
        .filter(isRecord)
        .map((item) => createFields(item, warn)),
  };
}

/** The collector escapes a text that is not ASCII byte by byte, since a path need not be UTF-8. */
function fromBytes(text: string): string {
  let high = false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0xff) return text;
    high ||= code > 0x7f;
  }
  if (!high) return text;
  const bytes = Buffer.from(text, "latin1");
  return isUtf8(bytes) ? bytes.toString("utf8") : text;
}

function isText(field: unknown): field is string {
  return typeof field === "string";
}

function isByteText(text: string): boolean {
  return Array.from(text).every((character) => character.charCodeAt(0) <= 0xff);
}

function isList(field: unknown): field is unknown[] {
  return Array.isArray(field);
}

function isFiniteNumber(field: unknown): field is number {
  return typeof field === "number" && Number.isFinite(field);
}

function isBoolean(field: unknown): field is boolean {
  return typeof field === "boolean";
}

function isStatus(field: unknown): field is CoverageStatus {
  return coverageStatuses.some((status) => status === field);
}
