/** Checks of untrusted JSON against the types of the model: what passes can be rendered without looking again. */

export class ShapeError extends Error {}

/** @throws ShapeError that names the place */
export type Check = (value: unknown, place: string) => void;

const LONGEST_ARRAY = 2_000_000;

function fail(place: string, wanted: string): never {
  throw new ShapeError(`${place || "the report"} is not ${wanted}`);
}

export const text: Check = (value, place) => {
  if (typeof value !== "string") fail(place, "a text");
};

export const flag: Check = (value, place) => {
  if (typeof value !== "boolean") fail(place, "true or false");
};

export const number: Check = (value, place) => {
  if (typeof value !== "number" || !Number.isFinite(value)) fail(place, "a number");
};

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?Z$/;

export const time: Check = (value, place) => {
  if (typeof value !== "string" || !ISO.test(value) || Number.isNaN(Date.parse(value))) fail(place, "a time in UTC");
};

const WRITTEN =
  /^(?:(?:-|\d{4})-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?Z?)?|\d{1,12}\.\d{3} s after boot|(?:\d{1,12}|less than a|about an?) [a-z]{4,7} ago)$/i;

/** A time as an artifact had it. */
export const written: Check = (value, place) => {
  if (typeof value !== "string" || !WRITTEN.test(value)) fail(place, "a time as it was written");
};

export function oneOf(words: readonly (string | number)[]): Check {
  return (value, place) => {
    if (!words.includes(value as string)) fail(place, `one of ${words.join(", ")}`);
  };
}

export function orNull(check: Check): Check {
  return (value, place) => {
    if (value !== null) check(value, place);
  };
}

/** For a property that may be left out. */
export function optional(check: Check): Check {
  return (value, place) => {
    if (value !== undefined) check(value, place);
  };
}

export function list(check: Check): Check {
  return (value, place) => {
    if (!Array.isArray(value) || value.length > LONGEST_ARRAY) return fail(place, "a list");
    value.forEach((item, index) => check(item, `${place}[${index}]`));
  };
}

/** Whole numbers from `low` to below `high`; a plain loop, for columns of hundreds of thousands. */
export function integers(low: number, high: number): Check {
  return (value, place) => {
    if (!Array.isArray(value) || value.length > LONGEST_ARRAY) return fail(place, "a list");
    for (const item of value as unknown[]) {
      if (!Number.isSafeInteger(item) || (item as number) < low || (item as number) >= high) {
        fail(place, `a list of whole numbers from ${low} to below ${high}`);
      }
    }
  };
}

/** An object with these properties; others may stand beside them and are left alone. */
export function object(properties: Record<string, Check>): Check {
  return (value, place) => {
    if (value === null || typeof value !== "object" || Array.isArray(value)) return fail(place, "an object");
    for (const [name, check] of Object.entries(properties)) {
      const own = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
      check(own, place ? `${place}.${name}` : name);
    }
  };
}

/** An object of any names, each with such a value. */
export function record(check: Check): Check {
  return (value, place) => {
    if (value === null || typeof value !== "object" || Array.isArray(value)) return fail(place, "an object");
    for (const [name, item] of Object.entries(value)) check(item, `${place}.${name}`);
  };
}
