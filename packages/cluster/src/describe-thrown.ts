import { show } from "@thrice/core";

/** Renders what foreign code threw, on one line; never throws, whatever it was. */
export function describeThrown(thrown: unknown): string {
  try {
    return String(thrown);
  } catch {
    return show(thrown);
  }
}
