import { describe, expect, test } from "vitest";
import { ageBounds, instantOfAge } from "../../analyzer/clock/age.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../analyzer/model/time.ts";

/** HumanDuration of docker/go-units, to invert: `seconds` whole seconds. */
function humanDuration(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(seconds / 3600 + 0.5);
  if (seconds < 1) return "Less than a second";
  if (seconds === 1) return "1 second";
  if (seconds < 60) return `${seconds} seconds`;
  if (minutes === 1) return "About a minute";
  if (minutes < 60) return `${minutes} minutes`;
  if (hours === 1) return "About an hour";
  if (hours < 48) return `${hours} hours`;
  if (hours < 24 * 14) return `${Math.floor(hours / 24)} days`;
  if (hours < 24 * 60) return `${Math.floor(hours / 24 / 7)} weeks`;
  if (hours < 24 * 730) return `${Math.floor(hours / 24 / 30)} months`;
  return `${Math.floor(seconds / 3600 / 24 / 365)} years`;
}

describe("ageBounds", () => {
  test("3 days is 71.5 to 95.5 hours", () => {
    expect(ageBounds("3 days ago")).toEqual([71.5 * HOUR, 95.5 * HOUR]);
    expect(ageBounds("3 days")).toEqual([71.5 * HOUR, 95.5 * HOUR]);
  });

  test.each([
    ["Less than a second ago", 0, SECOND],
    ["About a minute ago", MINUTE, 2 * MINUTE],
    ["About an hour ago", 46 * MINUTE, 90 * MINUTE],
    ["5 hours", 4.5 * HOUR, 5.5 * HOUR],
    ["2 weeks ago", 14 * DAY - HOUR / 2, 21 * DAY - HOUR / 2],
  ])("%s", (text, least, most) => {
    expect(ageBounds(text)).toEqual([least, most]);
  });

  test("every age lies inside the bounds of its text", () => {
    for (let seconds = 0; seconds < 5 * 365 * 86_400; seconds = Math.floor(seconds * 1.01) + 1) {
      const bounds = ageBounds(`${humanDuration(seconds)} ago`);
      expect(bounds, `${seconds} s = ${humanDuration(seconds)}`).not.toBeNull();
      const [least = 0, most = 0] = bounds ?? [];
      expect(seconds * SECOND).toBeGreaterThanOrEqual(least);
      expect(seconds * SECOND).toBeLessThan(most);
    }
  });

  test("what is no age is none", () => {
    expect(ageBounds("Exited (255)")).toBeNull();
    expect(ageBounds("")).toBeNull();
  });
});

test("an age is an interval before the time it was seen", () => {
  const now = Date.UTC(2017, 10, 5, 6, 8) * 1000;
  const at = instantOfAge("3 days ago", { lo: now, hi: now, best: now, basis: "exact" });
  expect(at).toMatchObject({
    lo: Date.UTC(2017, 10, 1, 6, 38) * 1000,
    hi: Date.UTC(2017, 10, 2, 6, 38) * 1000,
    basis: "relative-age",
  });
});
