/** The thread that owns the file of a store while a large bundle is read. See `thread.ts`. */
import { parentPort, workerData } from "node:worker_threads";
import { createRowWriter } from "./rows.ts";
import { reopenStore } from "./open.ts";
import type { Match } from "./matches.ts";
import { buffersOf, received, type Answer, type Order, type ThreadData } from "./thread.ts";

const { path, index, module, argument, open } = workerData as ThreadData;
const port = parentPort;
if (port === null) throw new Error("store-thread.ts is started by thread.ts");
const answer = (message: Answer, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);

const ready = begin();

async function begin() {
  const { default: createMatch } = (await import(module)) as { default: (argument: unknown) => Match };
  const database = await reopenStore(path);
  return { database, rows: createRowWriter(database, { index, match: createMatch(argument), open }) };
}

/** Orders are carried out in turn; after an error all others are left undone. */
let turn: Promise<unknown> = ready;
port.on("message", (order: Order) => {
  turn = turn.then(() => carryOut(order));
  turn.catch((error: unknown) => {
    const { message, stack = "", code } = error as Error & { code?: string };
    answer({ error: { message, stack, ...(code === undefined ? {} : { code }) } });
    port.close();
  });
});

async function carryOut(order: Order): Promise<void> {
  const { database, rows } = await ready;
  if ("batch" in order) {
    const space = received(order.batch.space);
    rows.write({ ...order.batch, space });
    // Sent back to be filled again: left to the garbage collectors, they would add up to a hundred megabytes.
    answer({ written: space }, buffersOf(space));
    return;
  }
  rows.finish();
  database.close();
  answer({ finished: true });
  port?.close();
}
