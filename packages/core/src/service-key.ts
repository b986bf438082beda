import { show } from "./check.js";

/**
 * By which a provider is found beside its interface, so that several implementations of one interface can live side by
 * side. Both are compared letter by letter; an empty one is the same as none.
 *
 * @see dubbo-go common/constant/key.go, where they are `group` and `version` of a URL
 */
export interface ServiceKeyOptions {
  /** Group of the implementation; printable ASCII without blanks and `/ : , *`. @defaultValue none */
  readonly group?: string | undefined;
  /** Version of the implementation; letters as for `group`. @defaultValue none */
  readonly version?: string | undefined;
}

/** @throws TypeError naming `field`, unless `value` can be a group or a version. */
export function checkServiceKeyPart(field: "group" | "version", value: unknown): string {
  // What is left out means something else in Dubbo: parts of a key, lists, and "any".
  if (typeof value === "string" && /^[!-~]*$/.test(value) && !/[/:,*]/.test(value)) return value;
  throw new TypeError(
    `${field} must be printable ASCII without blanks and / : , *, got ${show(value)}`,
  );
}

/** Renders `group/interface:version`, as Dubbo does, without the parts that are empty. */
export function formatServiceKey(service: string, group: string, version: string): string {
  return `${group && `${group}/`}${service}${version && `:${version}`}`;
}
