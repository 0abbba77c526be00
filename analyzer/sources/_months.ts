import type { TimeReading } from "../model/time.ts";
import { SECOND } from "../model/time.ts";
import { civil, monthOf } from "./_time.ts";

/**
 * Short month names by language as glibc has them (localedata/locales, abmon) where they differ from English in the
 * first letters: de, es, fr, it, nl, pl, pt, ru, sv.
 */
const MONTHS = new Map<string, number>(
  [
    ["jän", "janv", "ene", "gen", "jan", "sty", "янв"],
    ["févr", "fév", "fev", "feb", "lut", "фев"],
    ["mär", "märz", "mrz", "mars", "mrt", "mar", "мар"],
    ["avr", "avril", "abr", "apr", "kwi", "апр"],
    ["mai", "may", "mag", "mei", "maj", "мая", "май"],
    ["juin", "giu", "jun", "cze", "июн"],
    // Canadian French abbreviates June as jun.
    ["juil", "jui", "lug", "jul", "lip", "июл"],
    ["août", "aoû", "ago", "aug", "sie", "авг"],
    ["sept", "set", "sep", "wrz", "сен"],
    ["okt", "oct", "ott", "out", "paź", "окт"],
    ["nov", "lis", "ноя"],
    ["déc", "dez", "dic", "dec", "gru", "дек"],
  ].flatMap((names, index) => names.map((name) => [name, index + 1] as const)),
);

/** Month 1-12 of a short name in any of these languages, with or without a dot, or of `12月`; 0 when it is none. */
export function monthNamed(name: string): number {
  const plain = name.toLowerCase().replace(/\.$/, "");
  const number = Number(/^(\d{1,2})[月월]$/.exec(plain)?.[1] ?? 0);
  if (number >= 1 && number <= 12) return number;
  return MONTHS.get(plain) ?? monthOf(name);
}

const CTIME = /^\p{L}{1,4}\.? +(\p{L}{3,5}\.?|\d{1,2}[月월]) +(\d{1,2}) (\d\d):(\d\d):(\d\d) (\d{4})$/u;

/** `Di Nov 24 12:21:07 2026`, `mar. nov. 24 12:21:07 2026`, `二 11月 24 12:21:07 2026`: ctime in the node's language. */
export function parseNamedCtime(text: string): TimeReading | null {
  const match = CTIME.exec(text);
  const month = monthNamed(match?.[1] ?? "");
  if (!match || month === 0) return null;
  const [day = 0, hour = 0, minute = 0, second = 0, year = 0] = match.slice(2).map(Number);
  return { stated: civil(year, month, day, hour, minute, second), clock: "local", precision: SECOND };
}
