import {
  checkBoolean,
  checkKnownOptions,
  checkNumber,
  checkShape,
  type Discovery,
  type RuleSource,
  show,
} from "@thrice/core";

/** A registry, and what its endpoints count among those of the others. */
export interface ClientRegistryOptions {
  readonly registry: Discovery;
  /** Zone of those endpoints that name none. @defaultValue none */
  readonly zone?: string | undefined;
  /** Share of traffic relative to the other registries, 0 to 1 000 000; scales the weights of its endpoints. @defaultValue 100 */
  readonly weight?: number | undefined;
  /** Whether calls go to its endpoints as long as enough of them are well. @defaultValue false */
  readonly preferred?: boolean | undefined;
  /** Whether the rules of routing that it keeps count for calls. @defaultValue true */
  readonly rules?: boolean | undefined;
}

/** The same with every default filled in. */
export interface ResolvedRegistry {
  readonly discovery: Discovery;
  readonly zone: string;
  readonly weight: number;
  readonly preferred: boolean;
  /** Undefined if it keeps none, or they do not count. */
  readonly rules: RuleSource | undefined;
}

/** @throws TypeError or RangeError naming field, bound and value. */
export function resolveRegistries(value: unknown): readonly ResolvedRegistry[] {
  if (!Array.isArray(value) || value.length === 0) {
    throw new TypeError(`registries must be a list with a registry, got ${show(value)}`);
  }
  return value.map((entry, at) => resolveEntry(`registries[${at}]`, entry));
}

function resolveEntry(field: string, entry: Discovery | ClientRegistryOptions): ResolvedRegistry {
  if (typeof entry === "object" && entry !== null && "watch" in entry) {
    return resolveEntry(field, { registry: entry });
  }
  checkKnownOptions(field, entry, known);
  const { registry, zone = "", weight = 100, preferred = false, rules = true } = entry;
  if (typeof zone !== "string")
    throw new TypeError(`${field}.zone must be text, got ${show(zone)}`);
  const methods = ["watch", "close"];
  const discovery = checkShape<Discovery>(`${field}.registry`, registry, "a registry", methods);
  return {
    discovery,
    rules: checkBoolean(`${field}.rules`, rules) ? discovery.rules : undefined,
    zone,
    weight: checkNumber(`${field}.weight`, weight, 0, 1_000_000),
    preferred: checkBoolean(`${field}.preferred`, preferred),
  };
}

const known: ReadonlySet<string> = new Set(["registry", "zone", "weight", "preferred", "rules"]);
