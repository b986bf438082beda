/** How long attempts of a method took of late. */
export interface Latencies {
  note(durationMs: number): void;
  /** Time in milliseconds that `share` of them, 0 to 1, took at most; undefined while too few are known. */
  quantileMs(share: number): number | undefined;
}
