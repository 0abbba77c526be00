/** Draws the lanes of the chart: intervals with fuzzy ends, marks, and how dense the events are. */
import { shapePath } from "../report/html-lanes.ts";
import type { Bins } from "./bins.ts";
import type { Context, Palette, Scene } from "./canvas.ts";
import { clamp, fitted, fittedMiddle, haloText, hatch, tone } from "./canvas.ts";
import type { Scale } from "./layout.ts";
import type { Lane, Mark } from "./model.ts";
import type { Range } from "./state.ts";

function drawInterval(context: Context, mark: Mark, x0: number, x1: number, y: number, palette: Palette): void {
  const gradient = context.createLinearGradient(x0, 0, x1, 0);
  const color = palette[mark.severity];
  const faded = `color-mix(in srgb, ${color} 6%, transparent)`;
  try {
    gradient.addColorStop(0, faded);
    gradient.addColorStop(1, faded);
  } catch {
    gradient.addColorStop(0, palette.line);
    gradient.addColorStop(1, palette.line);
  }
  gradient.addColorStop(0.3, color);
  gradient.addColorStop(0.7, color);
  context.globalAlpha = 0.55;
  context.fillStyle = gradient;
  context.fillRect(x0, y - 5, x1 - x0, 10);
  context.globalAlpha = 1;
}

/** Where a lane goes on when nothing of it is in sight. */
function drawElsewhere(context: Context, { layout, palette, view }: Scene, ranges: Range[], y: number): void {
  context.fillStyle = palette.quiet;
  if (ranges.some(({ to }) => to < view.from)) haloText(context, palette, "‹ earlier", layout.left + 4, y + 4);
  const later = "later ›";
  const x = layout.right - context.measureText(later).width - 4;
  if (ranges.some(({ from }) => from > view.to)) haloText(context, palette, later, x, y + 4);
}

function drawMarks(context: Context, scene: Scene, scale: Scale, lane: Lane, y: number): void {
  const { layout, palette } = scene;
  const seen = lane.marks.filter(({ from, to }) => to >= scene.view.from && from <= scene.view.to);
  if (seen.length === 0) return drawElsewhere(context, scene, lane.marks, y);
  const middles = seen.map(({ from, to }) =>
    scale.x((Math.max(from, scene.view.from) + Math.min(to, scene.view.to)) / 2),
  );
  /** Where a mark begins to take room: an interval before its middle. */
  const starts = seen.map(({ from, to }, index) =>
    scale.x(to) - scale.x(from) < 8 ? (middles[index] ?? 0) : Math.max(scale.x(from), layout.left),
  );
  seen.forEach((mark) => {
    const [x0, x1] = [scale.x(mark.from), scale.x(mark.to)];
    if (x1 - x0 < 8) return;
    context.save();
    context.beginPath();
    context.rect(layout.left, y - 9, layout.right - layout.left, 18);
    context.clip();
    drawInterval(context, mark, Math.max(x0, layout.left - 400), Math.min(x1, layout.right + 400), y, palette);
    context.restore();
  });
  let free = layout.left;
  seen.forEach((mark, index) => {
    const x = clamp(middles[index] ?? 0, layout.left + 5, layout.right - 5);
    const next = Math.min(layout.right, ...starts.filter((start, other) => other !== index && start > x + 3));
    context.fillStyle = mark.severity === "info" ? palette.surface : palette[mark.severity];
    context.strokeStyle = mark.severity === "info" ? palette.info : palette.surface;
    const shape = new Path2D(shapePath(mark.severity, x, y));
    context.fill(shape);
    context.stroke(shape);
    const wide = scale.x(mark.to) - scale.x(mark.from) >= 8;
    // On top of an interval a text could not be read.
    const isCovered = seen.some(({ from, to }) => {
      const [x0, x1] = [scale.x(from), scale.x(to)];
      return x1 - x0 >= 8 && x0 < x + 9 && x1 > x + 30;
    });
    if (layout.narrow || wide || isCovered || x + 9 < free || next - x < 70) return;
    context.fillStyle = palette.quiet;
    const text = fitted(context, mark.text, Math.min(next, layout.right) - x - 18);
    haloText(context, palette, text, x + 9, y + 4);
    free = x + 9 + context.measureText(text).width;
  });
}

function drawDensity(context: Context, scene: Scene, laneIndex: number, y: number): void {
  const { layout, palette } = scene;
  let seen = false;
  const draw = (bins: Bins, alpha: number): void => {
    const width = (layout.right - layout.left) / bins.count;
    for (let bin = 0; bin < bins.count; bin += 1) {
      const cell = laneIndex * bins.count + bin;
      const count = bins.lanes[cell] ?? 0;
      if (count === 0) continue;
      seen = true;
      const size = Math.min(12, 3 + 2 * Math.log1p(count));
      context.globalAlpha = alpha;
      context.fillStyle = tone(palette, (bins.worst[cell] ?? 8) - 1);
      context.fillRect(layout.left + bin * width, y - size / 2, Math.max(1.5, width), size);
    }
    context.globalAlpha = 1;
  };
  if (scene.backdrop) draw(scene.backdrop, 0.18);
  draw(scene.bins, 0.9);
  const span = scene.model.lanes[laneIndex]?.span;
  if (!seen && span)
    drawElsewhere(
      context,
      scene,
      [
        { from: span.from, to: span.from },
        { from: span.to, to: span.to },
      ],
      y,
    );
}

export function drawLanes(context: Context, scene: Scene, scale: Scale): void {
  const { layout, palette, model } = scene;
  model.lanes.forEach((lane, index) => {
    const top = layout.lanesTop + index * layout.laneHeight;
    const y = top + layout.laneMiddle;
    context.strokeStyle = palette.line;
    context.beginPath();
    context.moveTo(layout.left, y);
    context.lineTo(layout.right, y);
    context.stroke();
    for (const gap of lane.gaps) {
      const x0 = clamp(scale.x(gap.from), layout.left, layout.right);
      const x1 = clamp(scale.x(gap.to), layout.left, layout.right);
      if (x1 - x0 > 2) hatch(context, x0, x1, y - 7, 14, palette.quiet);
    }
    if (lane.events) drawDensity(context, scene, index, y);
    drawMarks(context, scene, scale, lane, y);
    context.fillStyle = palette.ink;
    if (layout.narrow) {
      const name = fittedMiddle(context, lane.name, layout.width - 12);
      haloText(context, palette, name, layout.left, top + 11);
    } else context.fillText(fittedMiddle(context, lane.name, layout.left - 12), 2, y + 4);
  });
}
