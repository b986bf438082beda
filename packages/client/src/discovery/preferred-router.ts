import type { LiveEndpoint, Router } from "@thrice/core";

/** Keeps calls at the endpoints of preferred registries, as long as enough of them are well. */
export const preferredRouter: Router = {
  name: "preferred registry",
  isPreference: true,
  keyOf: () => "",
  narrow(endpoints: readonly LiveEndpoint[]): readonly LiveEndpoint[] {
    const preferred = endpoints.filter((endpoint) => endpoint.preferred === true);
    const isAll = preferred.length === 0 || preferred.length === endpoints.length;
    return isAll ? endpoints : preferred;
  },
};
