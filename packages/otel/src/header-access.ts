/** How a propagator reads and writes attachments. */
import type { TextMapGetter, TextMapSetter } from "@opentelemetry/api";

export const headerSetter: TextMapSetter<Headers> = {
  set: (header, key, value) => header.set(key, value),
};

export const headerGetter: TextMapGetter<Headers> = {
  keys: (header) => [...header.keys()],
  get: (header, key) => header.get(key) ?? undefined,
};
