/** What every part of the chart draws with: the scene, its colours, and a few strokes. */
import type { Bins } from "./bins.ts";
import type { Layout } from "./layout.ts";
import type { ChartModel } from "./model.ts";
import type { Range } from "./state.ts";
import type { Zone } from "./zone.ts";

export type Palette = Record<
  | "page"
  | "surface"
  | "ink"
  | "quiet"
  | "line"
  | "strong-line"
  | "accent"
  | "accent-soft"
  | "critical"
  | "major"
  | "minor"
  | "info"
  | "other",
  string
>;

export interface Scene {
  layout: Layout;
  palette: Palette;
  font: string;
  model: ChartModel;
  view: Range;
  zone: Zone;
  bins: Bins;
  /** All events of the visible range, behind those of the filter; null when nothing is filtered. */
  backdrop: Bins | null;
  overview: Bins;
  cursor: number | null;
  /** What is being selected with the pointer. */
  brush: Range | null;
}

export type Context = CanvasRenderingContext2D;

export function tone(palette: Palette, level: number): string {
  if (level <= 3) return palette.critical;
  return level === 4 ? palette.minor : palette.other;
}

export function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}

/** A text that can be read on top of whatever is drawn under it. */
export function haloText(context: Context, palette: Palette, text: string, x: number, y: number): void {
  context.strokeStyle = palette.page;
  context.lineWidth = 5;
  context.lineJoin = "round";
  context.strokeText(text, x, y);
  context.lineWidth = 1;
  context.fillText(text, x, y);
}

/** A text with its middle left out, as the end of a path tells more than its beginning. */
export function fittedMiddle(context: Context, text: string, width: number): string {
  if (width <= 0) return "";
  if (context.measureText(text).width <= width) return text;
  const cut = (kept: number): string =>
    `${text.slice(0, Math.floor(kept * 0.4))}…${text.slice(-Math.ceil(kept * 0.6))}`;
  let [low, high] = [2, text.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (context.measureText(cut(middle)).width <= width) low = middle;
    else high = middle - 1;
  }
  return cut(low);
}

export function fitted(context: Context, text: string, width: number): string {
  if (width <= 0) return "";
  if (context.measureText(text).width <= width) return text;
  let [low, high] = [0, text.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (context.measureText(`${text.slice(0, middle)}…`).width <= width) low = middle;
    else high = middle - 1;
  }
  return low < 2 ? "" : `${text.slice(0, low)}…`;
}

export function hatch(context: Context, x0: number, x1: number, top: number, height: number, color: string): void {
  context.save();
  context.beginPath();
  context.rect(x0, top, x1 - x0, height);
  context.clip();
  context.strokeStyle = color;
  context.globalAlpha = 0.5;
  context.beginPath();
  for (let x = x0 - height - (x0 % 7); x < x1; x += 7) {
    context.moveTo(x, top + height);
    context.lineTo(x + height, top);
  }
  context.stroke();
  context.restore();
}
