/**
 * What the clocks of a node said when somebody looked: date(1), /proc/uptime, uptime(1), timedatectl, the time that
 * fake-hwclock saved (in UTC, always), /etc/timezone and the boot's id, alone or one after the other.
 *
 *     Sat Feb 28 17:03:24 UTC 2026
 *     61.27 40.11
 *     00112233-4455-6677-8899-aabbccddeeff
 *                      RTC time: Thu 1970-01-01 00:01:15
 *                     Time zone: Etc/UTC (UTC, +0000)
 *
 * The first date is the clock at collection. Boot ids are given without dashes, as the journal writes them.
 */
import type { ClockFact } from "../model/fact.ts";
import type { Line, LineReader, ParseContext, SourceParser } from "../model/source.ts";
import type { TimeReading } from "../model/time.ts";
import { bounded } from "./_bounded.ts";
import { pathOfContext, pathOfHeader } from "./_context-path.ts";
import { emitForeign } from "./_path-error.ts";
import { monthNamed } from "./_months.ts";
import { epochSeconds, parseCtime, parseIso } from "./_time.ts";

const UPTIME_FILE = /^(\d{1,12}\.\d\d) \d+\.\d\d$/;
const UPTIME =
  /^ *(?:\d\d:\d\d:\d\d +)?up +(?:(\d{1,6}) days?,? *)?(?:(\d{1,2}):(\d\d)|(?:(\d{1,2}) hours?,? *)?(?:(\d{1,2}) min\w*)?),?/;
const BOOT_ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const ZONE = /^(?:[A-Z][A-Za-z]+\/[A-Za-z_+/-]+\d{0,2}|UTC)$/;
/** `Time zone: Europe/Madrid (CET, +0100)`; older versions wrote `Timezone:` and `NTP synchronized:`. */
const FIELD = /^\s*([A-Z][A-Za-z ]+?)(?:: |=)\s*(.*?)\s*$/;
/**
 * The dates that date(1) prints in a language (glibc localedata, date_fmt): `Mon 02 Mar 2026 11:48:06 AM CET`,
 * `Mo 2. Mär 11:48:06 CET 2026`, `lun. 02 mars 2026 11:48:06 CET`, `lun 2 mar 2026, 11:48:06, CET`.
 */
const LOCALE_DATE =
  /^\p{L}{2,4}\.?,? +(?:(\d{1,2})\.? (\p{L}{3,5})\.?|([A-Z][a-z]{2}) +(\d{1,2})) (?:(\d{4}),? )? ?(\d{1,2}):(\d\d):(\d\d)(?: ([AP])M)?,?(?: ([A-Z]{3,5}|[+-]\d\d))?(?: (\d{4}))?$/u;
/** `2026年 03月 02日 星期一 11:48:06 CET`, `西元2026年03月02日 (週一) 11時48分06秒 CET`, `2026. 03. 02. (월) 11:48:06 CET`. */
const EASTERN_DATE =
  /^(?:西元)?(\d{4})[年.] {0,2}(\d{1,2})[月.] {0,2}(\d{1,2})[日.] {0,2}\(?\p{L}{1,4}\)? +(\d{1,2})[:時时](\d\d)[:分](\d\d)秒?(?: ([A-Z]{3,5}|[+-]\d\d))?$/u;
const TIMEDATECTL = /^(?:Local time|Universal time|RTC time|Time ?zone|System clock synchronized|NTP synchronized)$/;
const BESIDE =
  /^(?:NTP (?:service|enabled)|Network time on|systemd-timesyncd\.service active|DST active|Last DST change|Next DST change|RTC in local TZ|LocalRTC|CanNTP|NTP|TimeUSec|RTCTimeUSec)$/;

type Dated = { time: TimeReading; zone: string | null };

function localeDate(text: string): Dated | null {
  const eastern = EASTERN_DATE.exec(text);
  if (eastern) {
    const [, year, month, day, hour, minute, second, zone] = eastern;
    return dated([year, month, day], [hour, minute, second], zone);
  }
  const match = LOCALE_DATE.exec(text);
  if (!match) return null;
  const [, day1, month1, month2, day2, year1, hour = "", minute, second, half, zone, year2] = match;
  const month = monthNamed(month1 ?? month2 ?? "");
  const hours = half === undefined ? hour : String((Number(hour) % 12) + (half === "P" ? 12 : 0));
  return month === 0 ? null : dated([year1 ?? year2, String(month), day1 ?? day2], [hours, minute, second], zone);
}

function dated(date: (string | undefined)[], clock: (string | undefined)[], zone: string | undefined): Dated | null {
  const padded = (parts: (string | undefined)[]): string[] => parts.map((part) => (part ?? "").padStart(2, "0"));
  const parsed = parseIso(`${padded(date).join("-")} ${padded(clock).join(":")} ${zone ?? ""}`.trim());
  return parsed && { time: parsed.time, zone: zone ?? null };
}

/** A whole line that is a time. */
function dateOf(text: string): Dated | null {
  const trimmed = text.trim();
  const ctime = parseCtime(trimmed);
  if (ctime?.length === trimmed.length)
    return { time: ctime.time, zone: /([A-Z]{3,5}) \d{4}$/.exec(trimmed)?.[1] ?? null };
  const iso = parseIso(trimmed);
  if (iso && iso.length === trimmed.length && /\d:\d\d/.test(trimmed)) return { time: iso.time, zone: null };
  return localeDate(trimmed);
}

/** Seconds since boot that uptime(1) tells, to the minute. */
function uptimeOf(text: string): number | null {
  const match = UPTIME.exec(text);
  if (!match || match.slice(1).every((part) => part === undefined)) return null;
  const [, days, hour, minute, hours, minutes] = match.map((part) => Number(part ?? 0));
  return (days ?? 0) * 86_400 + ((hour ?? 0) + (hours ?? 0)) * 3600 + ((minute ?? 0) + (minutes ?? 0)) * 60;
}

const EMPTY: ClockFact = {
  reading: "collection",
  time: null,
  seconds: null,
  zone: null,
  bootId: null,
  synchronized: null,
};

class Clocks implements LineReader {
  readonly #context: ParseContext;
  #path: string;
  #collection: ClockFact = EMPTY;
  /** Where the collection's clock was read; a line of timedatectl is only used when there is no date. */
  #line: Line | null = null;
  #dated = false;

  constructor(context: ParseContext) {
    this.#context = context;
    this.#path = pathOfContext(context);
  }

  line(line: Line): void {
    const text = line.text.trim();
    const header = pathOfHeader(line.text);
    const seconds = UPTIME_FILE.exec(text)?.[1] ?? uptimeOf(text);
    const field = FIELD.exec(line.text);
    if (header !== null) this.#path = header;
    else if (/fake-hwclock/.test(this.#path) && parseIso(text)) this.#saved(text, line);
    else if (this.#path.endsWith("since_epoch")) this.#other("rtc", epochSeconds(text), line);
    else if (seconds !== null) this.#emit({ ...EMPTY, reading: "uptime", seconds: Number(seconds) }, line);
    else if (BOOT_ID.test(text)) this.#know({ bootId: text.replaceAll("-", "") }, line);
    else if (ZONE.test(text)) this.#know({ zone: text }, line);
    else if (field && TIMEDATECTL.test(field[1] ?? "")) this.#timedatectl(field[1] ?? "", field[2] ?? "", line);
    else if (field && /^(?:Timezone|NTPSynchronized)$/.test(field[1] ?? ""))
      this.#shown(field[1] ?? "", field[2] ?? "", line);
    else if (field && BESIDE.test(field[1] ?? "")) return;
    else if (!this.#date(text, line)) emitForeign(line, this.#context.sink, "a reading of a clock");
  }

  #date(text: string, line: Line): boolean {
    const found = dateOf(text);
    if (!found) return false;
    if (/^hwclock\b/.test(this.#context.command ?? "")) this.#other("rtc", found.time, line);
    else if (!this.#dated) this.#dateIs(found, line);
    // After a date: the file of fake-hwclock has neither zone nor weekday.
    else if (/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(text)) this.#saved(text, line);
    // `date; date -u`: the second says the same in UTC.
    else if (found.time.clock === "utc" && this.#collection.time?.clock === "local") this.#collection.time = found.time;
    return true;
  }

  #dateIs(found: { time: TimeReading; zone: string | null }, line: Line): void {
    const zone = this.#collection.zone ?? found.zone;
    this.#collection = { ...this.#collection, time: found.time, zone };
    this.#line = line;
    this.#dated = true;
  }

  #timedatectl(name: string, value: string, line: Line): void {
    const time = parseIso(value)?.time ?? null;
    if (name === "Universal time" && !this.#dated && time) this.#know({ time }, line);
    else if (name === "RTC time" && time) this.#other("rtc", { ...time, clock: "utc" }, line);
    else if (/^Time ?zone$/.test(name)) this.#know({ zone: value.split(" ")[0] ?? null }, line);
    else if (name.endsWith("synchronized")) this.#know({ synchronized: value === "yes" }, line);
  }

  #shown(name: string, value: string, line: Line): void {
    this.#know(name === "Timezone" ? { zone: value } : { synchronized: value === "yes" }, line);
  }

  #know(known: Partial<ClockFact>, line: Line): void {
    this.#collection = { ...this.#collection, ...known };
    this.#line ??= line;
  }

  #saved(text: string, line: Line): void {
    const time = parseIso(text)?.time;
    if (time) this.#other("fake-hwclock", { ...time, clock: "utc" }, line);
  }

  #other(reading: ClockFact["reading"], time: TimeReading | null, line: Line): void {
    if (time) this.#emit({ ...EMPTY, reading, time }, line);
  }

  #emit(fact: ClockFact, line: Line): void {
    this.#context.sink.fact("clock", fact.reading, fact, line);
  }

  end(): void {
    if (this.#line) this.#emit(this.#collection, this.#line);
    this.#line = null;
  }
}

function strength(text: string): number {
  const field = FIELD.exec(text)?.[1] ?? "";
  if (TIMEDATECTL.test(field) || parseCtime(text)?.length === text.length || localeDate(text)) return 2;
  if (UPTIME_FILE.test(text) || uptimeOf(text) !== null || BOOT_ID.test(text) || BESIDE.test(field)) return 1;
  return dateOf(text) || ZONE.test(text) || pathOfHeader(text) !== null ? 0.5 : 0;
}

const source: SourceParser = {
  id: "clock-readings",
  title: "clocks (date, uptime, timedatectl, fake-hwclock)",
  kinds: ["clock"],
  command:
    /^(?:date|timedatectl|hwclock|uptime)\b|^cat .*(?:\/proc\/uptime|fake-hwclock\.data|\/boot_id|\/etc\/timezone|since_epoch)/,
  path: /(?:^|\/)(?:proc\/uptime|fake-hwclock\.data|boot_id|etc\/timezone|since_epoch)$/,
  sniff: (head) => {
    const lines = head.map((text) => text.trim()).filter((text) => text !== "");
    const values = lines.map(strength);
    if (lines.length === 0 || values.filter((value) => value === 0).length > lines.length * 0.2) return 0;
    if (Math.max(...values) === 2) return 0.9;
    return lines.length <= 4 ? 0.6 : 0;
  },
  open: (context) => new Clocks(context),
  samples: [
    {
      name: "several, one after the other",
      command:
        "date -u; cat /proc/uptime; cat /etc/fake-hwclock.data; cat /proc/sys/kernel/random/boot_id; timedatectl",
      lines: [
        "Sat Feb 28 17:03:24 UTC 2026",
        "61.27 40.11",
        "2026-02-28 16:17:01",
        "00112233-4455-6677-8899-aabbccddeeff",
        "               Local time: Sat 2026-02-28 17:03:25 UTC",
        "           Universal time: Sat 2026-02-28 17:03:25 UTC",
        "                 RTC time: Thu 1970-01-01 00:01:15",
        "                Time zone: Etc/UTC (UTC, +0000)",
        "System clock synchronized: no",
        "              NTP service: n/a",
        "          RTC in local TZ: no",
      ],
      events: 0,
      facts: 4,
    },
    {
      name: "dates of other locales",
      lines: ["Sat 28 Feb 2026 06:03:24 PM CET", "Sat Feb 28 17:03:24 UTC 2026", "Europe/Madrid"],
      events: 0,
      facts: 1,
    },
    ...[
      "Mo 2. Mär 11:48:06 CET 2026",
      "lun. 02 mars 2026 11:48:06 CET",
      "lun 02 mar 2026 11:48:06 CET",
      "seg 02 mar 2026 11:48:06 CET",
      "lun 2 mar 2026, 11:48:06, CET",
      "2026年 03月 02日 星期一 11:48:06 CET",
      "西元2026年03月02日 (週一) 11時48分06秒 CET",
      "2026年  3月  2日 月曜日 11:48:06 CET",
      "2026. 03. 02. (월) 11:48:06 CET",
      "ma  2 mrt 2026 11:48:06 CET",
      "za  5 dec 2026  6:07:57 CET",
      "Sa 5. Dez 06:07:57 CET 2026",
      "sam. 05 déc. 2026 06:07:57 CET",
      "sáb 05 dic 2026 06:07:57 CET",
      "sab 5 dic 2026, 06:07:57, CET",
      "2026年 12月 05日 星期六 06:07:57 CST",
    ].map((line) => ({ name: line, lines: [line], events: 0, facts: 1 })),
    {
      name: "uptime",
      lines: [" 07:49:58 up 3 days,  2:31,  3 users,  load average: 0.02, 0.05, 0.15"],
      events: 0,
      facts: 1,
    },
    { name: "fake-hwclock alone", path: "etc/fake-hwclock.data", lines: ["2026-02-28 16:17:01"], events: 0, facts: 1 },
    {
      name: "no clock",
      lines: ["Sat Feb 28 17:03:24 UTC 2026", "0.0.0", "12.10 8.00", "1 2 3"],
      events: 0,
      facts: 2,
      warnings: 2,
    },
  ],
};

export default bounded(source);
