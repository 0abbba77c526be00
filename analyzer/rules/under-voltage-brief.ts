/** A dip of the voltage that was short, or that only the firmware's record since boot still tells. */
import { followsErrors, underVoltage, underVoltageDraft } from "./_under-voltage.ts";
import type { StructuralRule } from "./types.ts";

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "under-voltage-brief",
  title: "The voltage was too low for a moment",
  passTitle: "The kernel and the firmware tell of no short dip of the voltage that stands alone",
  why: "One dip does harm only if it falls into a write. It says that the supply has nothing to spare.",
  layer: "power",
  role: "cause",
  cause: "under-voltage",
  severity: "minor",
  confidence: "likely",
  explains: ["cause:storage-io-error", "cause:read-only-filesystem", "cause:power-loss"],
  remedy: [],
  references: ["https://www.raspberrypi.com/documentation/computers/os.html#get_throttled"],
  needs: ["kernel-log"],
  evaluate(view) {
    const found = underVoltage(view);
    if (!found || found.strong) return [];
    const draft = { ...underVoltageDraft(view, found), confidence: "likely" as const };
    // What came after the first I/O error did not bring it about.
    return [followsErrors(view, found) ? { ...draft, role: "marker" as const } : draft];
  },
  cases: {
    fires: [{ "vcgencmd.txt": "throttled=0x50000\n" }],
    quiet: [{ "vcgencmd.txt": "throttled=0x0\n" }, { "vcgencmd.txt": "throttled=0x50005\n" }],
  },
};

export default rule;
