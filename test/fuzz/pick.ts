import { random } from "../helpers/random.mjs";

/** Choices that depend on a seed alone. */
export interface Pick {
  /** A whole number from 0 to below the limit. */
  below(limit: number): number;
  /** True in one of `often` cases. */
  one(often: number): boolean;
  of<T>(list: readonly T[]): T;
}

export function createPick(seed: number): Pick {
  const next = random(seed);
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    one: (often) => below(often) === 0,
    of: (list) => {
      if (list.length === 0) throw new Error("nothing to pick from");
      return list[below(list.length)] as (typeof list)[number];
    },
  };
}
