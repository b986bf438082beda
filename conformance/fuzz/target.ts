/** Something that is fed with broken input, episode after episode. */
export interface FuzzTarget {
  readonly name: string;
  /** Runs the episode that `seed` determines, and says how it ended. @throws Error if a promise is broken. */
  run(seed: number): Promise<string>;
  /** Ends what the target opened. */
  close(): Promise<void>;
}

/** Settles as `promise` does. @throws Error, as a rejection, naming `what` if it does not settle in time. */
export async function inTime<Value>(what: string, promise: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${what}: nothing for ${patienceMs} ms`)),
      patienceMs,
    );
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

const patienceMs = 15_000;
