/**
 * Whose zone a line of klog is in that no header of a journal or runtime names. klog writes the number of its process:
 * number 1 runs in a container.
 */
import type { Payload } from "./_payload.ts";

/** What marks a program that is process 1 of a container. */
export const FIRST_PROCESS = " (process 1)";

/**
 * @param name of the program, or null when nothing tells it
 * @param artifact where a nameless one was found
 */
export function klogProcess({ isFirstProcess, pid }: Payload, name: string | null, artifact: string): string | null {
  if (isFirstProcess) return `${name ?? artifact}${FIRST_PROCESS}`;
  return name ?? (pid > 1 ? `pid ${pid}` : null);
}
