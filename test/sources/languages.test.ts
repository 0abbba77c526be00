/** Dates as glibc's locales, coreutils and util-linux print them (date, ls -l, dmesg -T, journalctl), in every month. */
import { describe, expect, test } from "vitest";
import type { Fact, FactKind } from "../../analyzer/model/fact.ts";
import type { SourceParser } from "../../analyzer/model/source.ts";
import clock from "../../analyzer/sources/clock-readings.ts";
import journal from "../../analyzer/sources/journal-text.ts";
import kernel from "../../analyzer/sources/kernel-log.ts";
import { readLsRow } from "../../analyzer/sources/_ls-row.ts";

const ABMON = {
  de_DE: "Jan Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
  de_AT: "Jän Feb Mär Apr Mai Jun Jul Aug Sep Okt Nov Dez",
  es_ES: "ene feb mar abr may jun jul ago sep oct nov dic",
  fr_FR: "janv. févr. mars avril mai juin juil. août sept. oct. nov. déc.",
  fr_CA: "jan fév mar avr mai jun jui aoû sep oct nov déc",
  it_IT: "gen feb mar apr mag giu lug ago set ott nov dic",
  pt_BR: "jan fev mar abr mai jun jul ago set out nov dez",
  nl_NL: "jan feb mrt apr mei jun jul aug sep okt nov dec",
  zh_CN: "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月",
};

/** What the tools print for the 5th of a month: `%` stands for its short name, `#` for its number. */
const FORMS: [keyof typeof ABMON, "journal" | "kernel" | "clock" | "ls" | "old", string][] = [
  ["de_DE", "clock", "Sa 5. % 06:07:57 CET 2026"],
  ["de_DE", "kernel", "[Sa %  5 06:07:57 2026] text"],
  ["de_DE", "ls", " 5. % 06:07"],
  ["de_AT", "clock", "Sa 05 % 2026 06:07:57 CET"],
  ["de_AT", "old", " 5. % 2026 "],
  ["es_ES", "clock", "mar 05 % 2026 06:07:57 CET"],
  ["es_ES", "kernel", "[mar %  5 06:07:57 2026] text"],
  ["es_ES", "ls", "%  5 06:07"],
  ["fr_FR", "clock", "mar. 05 % 2026 06:07:57 CET"],
  ["fr_FR", "kernel", "[mar. %  5 06:07:57 2026] text"],
  ["fr_FR", "ls", " 5 %  06:07"],
  ["fr_FR", "old", " 5 %   2026"],
  ["fr_CA", "ls", " 5 % 06:07"],
  ["it_IT", "clock", "mar 5 % 2026, 06:07:57, CET"],
  ["it_IT", "kernel", "[mar %  5 06:07:57 2026] text"],
  ["it_IT", "ls", " 5 % 06.07"],
  ["pt_BR", "clock", "seg 05 % 2026 06:07:57 -03"],
  ["pt_BR", "ls", "%  5 06:07"],
  ["nl_NL", "clock", "za  5 % 2026  6:07:57 CET"],
  ["nl_NL", "old", " 5 %  2026"],
  ["zh_CN", "clock", "2026年 #月 05日 星期六 06:07:57 CST"],
  ["zh_CN", "kernel", "[六 %  5 06:07:57 2026] text"],
  ["zh_CN", "ls", "% 5日 06:07"],
  ["zh_CN", "old", "2026年% 5日"],
  ...Object.keys(ABMON).map((locale) => [locale as keyof typeof ABMON, "journal", "% 05 06:07:57"] as const),
].map(([locale, tool, form]) => [locale, tool, form] as (typeof FORMS)[number]);

function statedBy(source: SourceParser, text: string): number | null {
  let stated: number | null = null;
  const reader = source.open({
    artifact: "a.txt",
    command: null,
    kind: null,
    sink: {
      event: (event) => void (stated = event.stated),
      fact: <K extends FactKind>(kind: K, _: string, value: Fact<K>["value"]) => {
        if (kind === "clock") stated = (value as Fact<"clock">["value"]).time?.stated ?? null;
      },
      warning: () => undefined,
    },
  });
  reader.line({ text, number: 1, byteOffset: 0, byteLength: Buffer.byteLength(text) });
  reader.end();
  return stated;
}

function read(tool: (typeof FORMS)[number][1], text: string): number | null {
  if (tool === "journal") return statedBy(journal, `${text} pi kubelet[319]: Starting kubelet.`);
  if (tool === "kernel") return statedBy(kernel, text);
  if (tool === "clock") return statedBy(clock, text);
  return readLsRow(`-rw-r--r-- 1 root root 120 ${text} lower`)?.modified?.stated ?? null;
}

describe.each(FORMS)("%s, %s: %s", (locale, tool, form) => {
  test.each(ABMON[locale].split(" ").map((name, at) => [name, at] as const))("%s", (name, at) => {
    const text = form.replace("%", name).replace("#", String(at + 1).padStart(2, "0"));
    const year = tool === "journal" || tool === "ls" ? 1972 : 2026;
    const [hour, second] = tool === "old" ? [0, 0] : [6, tool === "ls" ? 0 : 57];
    // Brazil's zone is written as an offset.
    const zone = text.endsWith("-03") ? 3 : 0;
    const stated = Date.UTC(year, at, 5, hour + zone, tool === "old" ? 0 : 7, second) * 1000;
    expect(read(tool, text)).toBe(stated);
  });
});
