/**
 * A last look over what is about to be written: what is a secret by its own form is struck out, and the user is told.
 * Nothing should be left to strike, so with CI=true it is a bug.
 */
import type { ReportEvents } from "../model/events.ts";
import { changeAroundIslands } from "../report/island.ts";
import { holdsEvidentSecret, strikeEvidentSecrets } from "../report/redactor.ts";

/** A finished output that is all text. */
export function lastLook(text: string, output: string): string {
  const { text: clean, struck } = strikeEvidentSecrets(text);
  if (struck === 0) return text;
  const message = `${String(struck)} places that look like secrets were still in the ${output}`;
  if (process.env["CI"] === "true") throw new Error(message);
  process.stderr.write(`coldcase: ${message}; they are struck out. Please report this as a bug.\n`);
  return clean;
}

/** A finished page: what it holds in packed form was looked at before it was packed. */
export function lastLookAtPage(html: string): string {
  return changeAroundIslands(html, (text) => lastLook(text, "HTML"));
}

/** Events before they are packed into a page; the same object when nothing was struck. */
export function lastLookAtEvents(events: ReportEvents): ReportEvents {
  const said = [
    ...events.texts,
    ...events.artifacts.map(({ path }) => path),
    ...events.origins.map(({ name }) => name),
  ];
  if (!said.some(holdsEvidentSecret)) return events;
  lastLook(said.join("\n"), "events of the HTML");
  const look = (text: string): string => strikeEvidentSecrets(text).text;
  return {
    ...events,
    texts: events.texts.map(look),
    artifacts: events.artifacts.map(({ path, id }) => ({ path: look(path), id })),
    origins: events.origins.map((origin) => ({ ...origin, name: look(origin.name) })),
  };
}
