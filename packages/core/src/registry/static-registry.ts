import { quietClock } from "./quiet-clock.js";
import type { Discovery } from "./registry.js";
import { findInTable, readServiceTable, type ServiceAddresses } from "./service-table.js";
import { WatchedService } from "./watched-service.js";

/**
 * Finds services at addresses that never change.
 *
 * @throws TypeError or RangeError naming the service, what is wrong, and the text.
 * @example
 * staticRegistry({ "greet.GreetService": ["tri://10.0.0.1:20000", "tri://10.0.0.2:20000"] });
 */
export function staticRegistry(services: ServiceAddresses): Discovery {
  const table = readServiceTable(services);
  const watches = new Set<WatchedService>();
  return {
    name: "static",
    watch(service, onUpdate) {
      const onClose = () => watches.delete(watch);
      const watch = new WatchedService({ clock: quietClock, onUpdate, onClose });
      watches.add(watch);
      watch.replace((findInTable(table, service) ?? []).map((endpoint) => [endpoint.id, endpoint]));
      return watch;
    },
    async close() {
      for (const watch of watches) watch.close();
    },
  };
}
