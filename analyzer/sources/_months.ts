import { monthOf } from "./_time.ts";

/** Short month names by language as glibc has them, where they differ from English in the first letters. */
const MONTHS = new Map<string, number>(
  [
    ["jän", "janv", "ene", "gen", "jan"],
    ["févr", "fév", "fev", "feb"],
    ["mär", "märz", "mrz", "mars", "mrt", "mar"],
    ["avr", "avril", "abr", "apr"],
    ["mai", "may", "mag", "mei"],
    ["juin", "giu", "jun"],
    ["juil", "lug", "jul"],
    ["août", "aoû", "ago", "aug"],
    ["sept", "set", "sep"],
    ["okt", "oct", "ott", "out"],
    ["nov"],
    ["déc", "dez", "dic", "dec"],
  ].flatMap((names, index) => names.map((name) => [name, index + 1] as const)),
);

/** Month 1-12 of a short name in any of these languages, 0 when it is none. */
export function monthNamed(name: string): number {
  return MONTHS.get(name.toLowerCase()) ?? monthOf(name);
}
