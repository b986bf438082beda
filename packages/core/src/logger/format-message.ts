import { guarded } from "./guarded.js";
import { inspectValue, type ShowOptions, showValue } from "./show-value.js";

/** Writes values in one pair of brackets with a space between, as Go prints a slice. */
export function formatValues(values: readonly unknown[], options?: ShowOptions): string {
  return `[${values.map((value) => showValue(value, options)).join(" ")}]`;
}

/**
 * Sets values into a text, each in brackets in the place of a verb.
 *
 * Shape: `%s` and `%v` any value; `%d` and `%f` a number, `%i` one without its fraction, and what is no number as it is;
 * `%j` JSON; `%o` and `%O` any value, strings quoted; `%%` a percent sign. A verb without a value stays; values without
 * a verb follow at the end, each in brackets.
 */
export function formatTemplate(
  format: string,
  values: readonly unknown[],
  options?: ShowOptions,
): string {
  let used = 0;
  const text = showValue(format, options).replace(/%([sdifjoOv%])/g, (verb, kind: string) => {
    if (kind === "%") return "%";
    if (used === values.length) return verb;
    return `[${formatVerb(kind, values[used++], options)}]`;
  });
  const surplus = values.slice(used).map((value) => ` [${showValue(value, options)}]`);
  return text + surplus.join("");
}

function formatVerb(kind: string, value: unknown, options?: ShowOptions): string {
  if (kind === "o" || kind === "O") return inspectValue(value, options);
  if (kind === "j") return showValue(jsonOf(value) ?? value, options);
  if (typeof value === "bigint" && /[dif]/.test(kind)) return `${value}`;
  if (typeof value === "number" && kind === "i") return `${Math.trunc(value)}`;
  return showValue(value, options);
}

/** Undefined for what JSON cannot say, such as cycles and bigints. */
function jsonOf(value: unknown): string | undefined {
  return guarded(() => JSON.stringify(value), undefined);
}
