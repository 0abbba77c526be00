import type { Custody } from "../model/artifact.ts";

/** Who collected a bundle, when and by which clock, in one sentence without its full stop. */
export function custodySentence(custody: Custody): string {
  const { host, collectorVersion, collectedAt, zone, synchronized, rtc, laptopClock, seconds, interrupted } = custody;
  const clock = [
    zone,
    synchronized === null ? null : synchronized ? "set by NTP" : "not set by NTP",
    rtc === null ? null : rtc ? "with a real-time clock" : "no real-time clock",
  ].filter((part) => part !== null);
  const said = collectedAt === null ? "at a time that it does not say" : `at ${collectedAt} by its own clock`;
  return [
    `${collectorVersion === null ? "by hand, or by a collector without a version" : `by collect.sh ${collectorVersion}`}`,
    ` on ${host ?? "a node without a name"} ${said}`,
    clock.length > 0 ? ` (${clock.join(", ")})` : "",
    seconds === null ? "" : `, in ${seconds} s`,
    laptopClock === null ? "" : `; the receiving machine's clock said ${laptopClock}`,
    interrupted ? "; it was interrupted" : "",
  ].join("");
}
