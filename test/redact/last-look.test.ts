import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { lastLook, lastLookAtEvents, lastLookAtPage } from "../../analyzer/cli/last-look.ts";
import type { ReportEvents } from "../../analyzer/model/events.ts";

const SECRET = `AIza${"Kanarie".repeat(5)}`;
const page = (text: string, data: string): string =>
  `<p>${text}</p><script type="text/plain" id="events-data" hidden>${data}</script><p>end</p>`;
const events = (texts: string[]): ReportEvents => ({
  version: 1,
  total: 0,
  thinning: null,
  origins: [],
  artifacts: [{ path: "a", id: "00000000" }],
  texts,
  shapes: [],
  places: [],
  unset: [],
  columns: { time: [], place: [], level: [], origin: [], text: [], artifact: [], line: [] },
});

beforeEach(() => {
  vi.stubEnv("CI", "");
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test("what is a secret by its own form is struck out, and told", () => {
  expect(lastLook(`key ${SECRET} end`, "summary")).toBe("key ‹struck› end");
  expect(process.stderr.write).toHaveBeenCalledWith(expect.stringContaining("in the summary"));
});

test("with CI=true it is a bug", () => {
  vi.stubEnv("CI", "true");
  expect(() => lastLook(SECRET, "summary")).toThrow("1 places that look like secrets");
});

test("packed data of a page holds such words by chance and stays as it is", () => {
  const data = `abc+${SECRET}/abc=`;
  expect(lastLookAtPage(page("text", data))).toBe(page("text", data));
  expect(lastLookAtPage(page(SECRET, data))).toBe(page("‹struck›", data));
});

test("events are looked at before they are packed", () => {
  const clean = events(["nothing here"]);
  expect(lastLookAtEvents(clean)).toBe(clean);
  expect(lastLookAtEvents(events(["a", `b ${SECRET}`])).texts).toEqual(["a", "b ‹struck›"]);
});
