import type { ClusterStrategy } from "@thrice/core";

/** Makes one attempt and answers with whatever comes of it. */
export const failfast: ClusterStrategy = {
  name: "failfast",
  run: (call) => call.attempt(call.pick()),
  recover: async (_call, first) => first,
};
