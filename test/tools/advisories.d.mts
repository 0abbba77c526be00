export interface Advisory {
  name: string;
  mended: string;
  id: string;
}

export const advisories: Advisory[];
export function advisoriesFor(packages: { name: string; version: string }[]): Advisory[];
