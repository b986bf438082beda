import type { LiveEndpoint, LoadBalancer, PickContext } from "@thrice/core";

/** Picks an endpoint with a chance proportional to its weight. */
export const random: LoadBalancer = {
  name: "random",
  createPicker: () => ({ pick: pickWeighted }),
};

function pickWeighted(
  endpoints: readonly LiveEndpoint[],
  { random }: PickContext,
): LiveEndpoint | undefined {
  let totalWeight = 0;
  for (const endpoint of endpoints) totalWeight += endpoint.weight;
  if (totalWeight === 0) return endpoints[Math.floor(random() * endpoints.length)];
  let mark = random() * totalWeight;
  for (const endpoint of endpoints) {
    if (mark < endpoint.weight) return endpoint;
    mark -= endpoint.weight;
  }
  return endpoints.findLast(({ weight }) => weight > 0); // rounding has carried the mark past the end
}
