/** JSON that others wrote. Nothing here throws. */

/** What the text says; undefined if it is no JSON. */
export function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The fields of an object that are text, or a number or a boolean, as text; none of anything else. */
export function textsOf(value: unknown): Record<string, string> {
  const texts: Record<string, string> = {};
  if (!isRecord(value)) return texts;
  for (const [name, field] of Object.entries(value)) {
    const isPlain = ["string", "number", "boolean"].includes(typeof field);
    if (isPlain && name !== "__proto__") texts[name] = String(field);
  }
  return texts;
}
