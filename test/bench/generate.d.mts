export function generate(directory: string, lines: number): Promise<{ bundle: string; texts: string[]; bytes: number }>;
