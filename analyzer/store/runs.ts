import type { EventDraft } from "../model/source.ts";
import type { ClockKind } from "../model/time.ts";
import { HOUR, SECOND } from "../model/time.ts";

/** Lines of one file may be written a little out of order by several threads; a larger step back is a new run. */
const STEP_BACK = SECOND;
/** A pause, or a clock that was set forward: a new run as well, so that either can be told later. */
const STEP_FORWARD = HOUR;
/** Between one line and the next, a clock that is only slewed keeps its distance from the monotonic one. */
const CLOCK_STEP = 0.3 * SECOND;
/** A file with more runs than this has no order worth keeping. */
const MAX_RUNS = 5_000;

/** A stretch of events of one artifact that one clock wrote in one boot; times in µs as stated. */
export interface Run {
  artifact: number;
  /** Counts the outputs of commands that an artifact holds one after the other. */
  section: number;
  /** The program in whose zone a local time is; null for the node. */
  process: string | null;
  firstEvent: number;
  lastEvent: number;
  clock: ClockKind;
  firstStated: number | null;
  lastStated: number | null;
  boot: string | null;
  firstMonotonic: number | null;
  lastMonotonic: number | null;
}

interface OpenRun extends Run {
  highest: number;
  /** Stated less monotonic, of the latest event that has both. */
  distance: number | null;
}

/** Takes the events of a bundle in order and cuts them into runs; an artifact begins with a run of its own. */
export interface RunCutter {
  add(artifact: number, id: number, draft: EventDraft): void;
  /** Begins another section of an artifact. */
  section(): void;
  /** Ends the run of an artifact. */
  close(): void;
}

/** @param onRun called with each run when it has ended */
export function createRunCutter(onRun: (run: Run) => void): RunCutter {
  let run: OpenRun | null = null;
  let runs = 0;
  let section = 0;
  const close = (): void => {
    if (run !== null) onRun(run);
    run = null;
    runs += 1;
  };
  return {
    add(artifact, id, draft) {
      if (run === null || !continues(run, artifact, draft, runs)) {
        if (run !== null) close();
        run = startRun(artifact, section, id, draft);
      }
      extendRun(run, id, draft);
    },
    section() {
      if (run !== null) close();
      section += 1;
    },
    close() {
      close();
      runs = 0;
      section = 0;
    },
  };
}

function continues(run: OpenRun, artifact: number, draft: EventDraft, runs: number): boolean {
  if (run.artifact !== artifact) return false;
  if (draft.clock === "none") return true;
  if (run.clock !== draft.clock) return false;
  if (runs >= MAX_RUNS) return true;
  if ((draft.boot ?? null) !== run.boot || (draft.process ?? null) !== run.process) return false;
  if (draft.stated === null || run.highest === -Infinity) return true;
  const monotonic = draft.monotonic ?? null;
  const stepped = monotonic !== null && run.distance !== null ? draft.stated - monotonic - run.distance : 0;
  if (Math.abs(stepped) > CLOCK_STEP) return false;
  const step = draft.stated - run.highest;
  return step >= -STEP_BACK && step <= STEP_FORWARD;
}

function startRun(artifact: number, section: number, id: number, draft: EventDraft): OpenRun {
  return {
    artifact,
    section,
    process: draft.process ?? null,
    firstEvent: id,
    lastEvent: id,
    clock: draft.clock,
    firstStated: draft.stated,
    lastStated: draft.stated,
    highest: -Infinity,
    boot: draft.boot ?? null,
    firstMonotonic: null,
    lastMonotonic: null,
    distance: null,
  };
}

function extendRun(run: OpenRun, id: number, draft: EventDraft): void {
  run.lastEvent = id;
  if (draft.stated === null) return;
  run.firstStated ??= draft.stated;
  run.lastStated = draft.stated;
  if (draft.stated > run.highest) run.highest = draft.stated;
  // Only a file with too many runs gets here with another boot: then the run is of none.
  if (draft.clock !== "none" && (draft.boot ?? null) !== run.boot) run.boot = null;
  if (draft.clock !== "none" && (draft.process ?? null) !== run.process) run.process = null;
  if (draft.monotonic === undefined || draft.monotonic === null) return;
  run.firstMonotonic ??= draft.monotonic;
  run.lastMonotonic = draft.monotonic;
  run.distance = draft.stated - draft.monotonic;
}
