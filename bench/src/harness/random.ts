/**
 * Makes a source of numbers from 0 up to, but not including, 1, the same for the same seed.
 *
 * @see https://github.com/bryc/code/blob/master/jshash/PRNGs.md "mulberry32"
 */
export function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Makes a text of ASCII that hardly compresses, the same at each length. */
export function randomText(length: number): string {
  const random = seededRandom(length);
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; at++) bytes[at] = 0x20 + Math.floor(random() * 0x5f);
  return bytes.toString("latin1");
}
