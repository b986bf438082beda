import type { Discovery, ServiceName, ServiceUpdate } from "../registry/registry.js";

/** A watch whose updates can be waited for. */
export interface Awaiter {
  /** All that were heard, oldest first. */
  readonly updates: readonly ServiceUpdate[];
  latest(): ServiceUpdate;
  /** The newest update if it fits, else the next one that does. */
  until(fits: (update: ServiceUpdate) => boolean): Promise<ServiceUpdate>;
  close(): void;
}

/** Watches a service in a test. */
export function awaiter(registry: Discovery, service: ServiceName): Awaiter {
  const updates: ServiceUpdate[] = [];
  const waiting = new Set<() => void>();
  const watch = registry.watch(service, (update) => {
    updates.push(update);
    for (const look of waiting) look();
  });
  return {
    updates,
    latest: () => watch.latest,
    until: (fits) =>
      new Promise((resolve) => {
        const look = () => {
          if (!fits(watch.latest)) return;
          waiting.delete(look);
          resolve(watch.latest);
        };
        waiting.add(look);
        look();
      }),
    close: () => watch.close(),
  };
}
