/**
 * A supply that is too weak: the firmware's lines in the kernel's log (drivers/hwmon/raspberrypi-hwmon.c asks every two
 * seconds) and the bits of `vcgencmd get_throttled`. Often, now, or just before the storage failed.
 */
import { underVoltage, underVoltageDraft } from "./_under-voltage.ts";
import type { StructuralRule } from "./types.ts";

const rule: StructuralRule = {
  type: "structural",
  stage: 1,
  id: "under-voltage",
  title: "The power supply is too weak",
  passTitle: "The power supply was not too weak, as far as the kernel and the firmware tell",
  why: "When the voltage drops, a card or a USB disk stops in the middle of a write, and the board may reset. The disk then looks broken although it is not.",
  layer: "power",
  role: "cause",
  cause: "under-voltage",
  severity: "major",
  confidence: "certain",
  explains: [
    "cause:storage-io-error",
    "cause:read-only-filesystem",
    "cause:filesystem-corruption",
    "cause:hardware-bus",
    "cause:power-loss",
    "rcu-stall",
  ],
  remedy: [],
  references: [
    "https://www.raspberrypi.com/documentation/computers/os.html#get_throttled",
    "https://github.com/raspberrypi/linux/blob/rpi-6.6.y/drivers/hwmon/raspberrypi-hwmon.c",
  ],
  needs: ["kernel-log"],
  evaluate(view) {
    const found = underVoltage(view);
    return found?.strong === true ? [underVoltageDraft(view, found)] : [];
  },
  cases: {
    fires: [
      { "vcgencmd.txt": "throttled=0x50005\n" },
      {
        "dmesg.txt": [
          "[   12.101112] hwmon hwmon1: Undervoltage detected!",
          "[   16.101112] hwmon hwmon1: Voltage normalised",
          "[   22.101112] hwmon hwmon1: Undervoltage detected!",
          "[   26.101112] hwmon hwmon1: Voltage normalised",
          "[   32.101112] hwmon hwmon1: Undervoltage detected!",
        ].join("\n"),
      },
    ],
    quiet: [{ "vcgencmd.txt": "throttled=0x0\n" }, { "vcgencmd.txt": "throttled=0xe0008\n" }],
  },
};

export default rule;
