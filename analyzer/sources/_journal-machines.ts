/**
 * Whose entries a journal holds. A node may keep those of others, which systemd-journal-remote received (by default as
 * /var/log/journal/remote/remote-….journal); its own lie in a directory named after its machine id, with the name of a
 * namespace behind a dot where there is one (systemd-journald.service(8), journal namespaces).
 */
import type { SeenRecords } from "../model/source.ts";

const OWN = /(?:^|\/)([0-9a-f]{32})(?:\.[\w.-]{1,64})?\/[^/]+$/;
const MACHINE = /^[0-9a-f]{32}$/;
const KEY = "machine ";
const NOTHING = new Float64Array(0);

/** Tells the machine id of an entry whether it is another machine's. */
export interface MachineCheck {
  isForeign(machine: string | undefined): boolean;
  /** How many were, and a sentence about them; null when none was. */
  warning(): string | null;
}

/**
 * The directory says whose a file is; else it is that of the machine that the bundle's journals had first.
 * @param seen what is remembered of the journals of a bundle; the machines that are the node's are kept in it
 */
export function createMachineCheck(path: string, seen: SeenRecords): MachineCheck {
  const own = OWN.exec(path)?.[1] ?? null;
  if (own !== null) seen.set(KEY + own, NOTHING);
  let hasHome = own !== null || [...seen.keys()].some((key) => key.startsWith(KEY));
  let count = 0;
  let last = "";
  let isLastForeign = false;
  const judge = (machine: string): boolean => {
    if (own !== null) return machine !== own;
    if (!hasHome) seen.set(KEY + machine, NOTHING);
    hasHome = true;
    return !seen.has(KEY + machine);
  };
  return {
    isForeign(machine) {
      if (machine === undefined) return false;
      if (machine !== last) {
        last = machine;
        isLastForeign = MACHINE.test(machine) && judge(machine);
      }
      if (isLastForeign) count++;
      return isLastForeign;
    },
    warning: () =>
      count === 0 ? null : `${count} ${count === 1 ? "entry is" : "entries are"} of another machine, and left out`,
  };
}
