/** Checks by name: each is run, named in a line of its own, and counted. */

/** What a check may take, in milliseconds. */
const patienceMs = 15_000;

export class Tally {
  #passed = 0;
  #failed = 0;
  readonly #only: RegExp | undefined;

  /** @param only - runs those checks alone whose names it matches. */
  constructor(only?: string) {
    this.#only = only === undefined ? undefined : new RegExp(only);
  }

  /** Runs a check, which fails by throwing. Never rejects. */
  async check(name: string, run: () => Promise<void>): Promise<void> {
    if (this.#only?.test(name) === false) return;
    try {
      await bounded(run());
      this.#passed++;
      console.log(`passed  ${name}`);
    } catch (reason) {
      this.#failed++;
      const text = reason instanceof Error ? reason.message : String(reason);
      console.log(`FAILED  ${name}\n        ${text.replaceAll("\n", "\n        ")}`);
    }
  }

  /** Prints the counts, and answers with the exit code. */
  end(): number {
    console.log(`${this.#passed} passed, ${this.#failed} failed`);
    return this.#failed === 0 && this.#passed > 0 ? 0 : 1;
  }
}

async function bounded(run: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`did not end within ${patienceMs} ms`)), patienceMs);
  });
  try {
    await Promise.race([run, late]);
  } finally {
    clearTimeout(timer);
  }
}
