import { expect, test } from "vitest";
import { nameRooms, nameStart } from "../../analyzer/client/layout.ts";

const plot = { left: 6, right: 320 };

test("the names of two uprights do not run into each other, and the last one keeps within the plot", () => {
  const names = [
    { x: 17, width: 88 },
    { x: 98, width: 92 },
    { x: 300, width: 80 },
  ];
  expect(names.map((name) => nameStart(name, plot))).toEqual([21, 102, 238]);
  const rooms = nameRooms(names, plot);
  expect(rooms).toEqual([75, 130, Infinity]);
  expect(rooms.map((room, index) => room < (names[index]?.width ?? 0))).toEqual([true, false, false]);
});
