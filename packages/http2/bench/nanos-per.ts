/** Keeps results alive, so that nothing measured is optimised away. */
let sum = 0;

/** Measures `run` for half a second after as long a warm-up and prints nanoseconds a turn. */
export function nanosPer(title: string, run: () => number): void {
  for (let pass = 0; pass < 2; pass++) {
    const startMs = performance.now();
    let turns = 0;
    do {
      for (let i = 0; i < 1_000; i++) sum += run();
      turns += 1_000;
    } while (performance.now() - startMs < 500);
    const nanos = ((performance.now() - startMs) * 1e6) / turns;
    if (pass === 1) console.log(`${nanos.toFixed(0).padStart(8)} ns  ${title}`);
  }
  if (sum === -1) console.log(sum);
}
