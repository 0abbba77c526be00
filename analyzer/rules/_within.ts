import { createContext, Script } from "node:vm";

const script = new Script("result = work()");
const context = createContext({ work: null, result: undefined });

/**
 * Runs something that may take too long, as an expression of a stranger's. What it gives, or null when it was ended after
 * the given time: until then nothing else runs, and nobody can interrupt.
 */
export function within<T>(milliseconds: number, work: () => T): { result: T } | null {
  context["work"] = work;
  try {
    script.runInContext(context, { timeout: milliseconds });
    return { result: context["result"] as T };
  } catch (error) {
    // The error is one of the other context, so that it is no Error of this one.
    if ((error as { code?: unknown } | null)?.code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return null;
    throw error;
  }
}
