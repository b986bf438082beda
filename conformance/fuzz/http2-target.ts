/** One connection of `@thrice/http2` against a peer in memory that is nearly right; its time is moved by hand. */
import { runEpisode } from "../../packages/http2/fuzz/episode.js";
import type { FuzzTarget } from "./target.js";

export const http2Target: FuzzTarget = {
  name: "http2",
  run: async (seed) => (await runEpisode(seed)).end,
  close: async () => undefined,
};
