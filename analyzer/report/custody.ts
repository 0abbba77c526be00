import type { Custody } from "../model/artifact.ts";

/** Who collected a bundle, when and by which clock, in one sentence without its full stop. */
export function custodySentence(custody: Custody): string {
  const { host, collectorVersion, collectedAt, zone, synchronized, laptopClock, seconds, interrupted } = custody;
  const clock = [
    zone,
    synchronized === null ? null : synchronized ? "set by NTP" : "not set by NTP",
    clockDevice(custody),
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

/** That a device is there does not say that it runs without power. */
function clockDevice({ rtc, rtcLost }: Custody): string | null {
  if (rtc === null) return null;
  if (!rtc) return "no real-time clock";
  return rtcLost === true ? "its real-time clock had lost the time" : "with the device of a real-time clock";
}
