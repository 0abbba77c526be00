/** Many rows put into a table by one statement. */
import type { Database } from "better-sqlite3";

/** Rows of one statement: together they cost a third of what one statement for each row does. */
const TOGETHER = 128;

type Value = number | string | Buffer | null;

/**
 * Statements that insert one row and `TOGETHER` of them, filled from `width` values for each row.
 * @param row what stands for one row: `(?, ?)`
 */
export function createInsert(database: Database, table: string, row: string) {
  const width = row.split("?").length - 1;
  const one = database.prepare(`INSERT INTO ${table} VALUES ${row}`);
  const many = database.prepare(
    `INSERT INTO ${table} VALUES ${Array.from({ length: TOGETHER }, () => row).join(", ")}`,
  );
  const values: Value[] = Array.from({ length: width * TOGETHER }, () => null);
  /** @param fill puts the values of some rows, the first of which is the one given, into `values` */
  return (rows: number, fill: (values: Value[], row: number, count: number) => void): void => {
    let row = 0;
    for (; row + TOGETHER <= rows; row += TOGETHER) {
      fill(values, row, TOGETHER);
      // Bound as arguments, not as one array: better-sqlite3 reads those a third faster.
      many.run(...values);
    }
    for (; row < rows; row++) {
      fill(values, row, 1);
      one.run(...values.slice(0, width));
    }
  };
}
