export function exportEntries(entries: number, part?: number): Buffer;
