import { runEpisode } from "../fuzz/episode.js";

test("200 nearly right peers (seeds 1 to 200): nothing crashes, hangs, or is left behind", async () => {
  const ends = new Set<string>();
  for (let seed = 1; seed <= 200; seed++) {
    const result = await runEpisode(seed).catch((error: unknown) => {
      throw new Error(`seed ${seed}`, { cause: error });
    });
    ends.add(result.end);
  }
  expect([...ends].sort()).toEqual(["closed-here", "goaway", "lost", "peer-violation"]);
}, 60_000);
