/**
 * Tells when files may have changed. Folders are watched, not files: editors put another file in the place of the first,
 * Kubernetes another folder behind a link. A look at an interval serves file systems that tell of no changes.
 */
import { type FSWatcher, watch as watchFolder } from "node:fs";
import { dirname } from "node:path";
import type { CancelTimer } from "./clock.js";
import type { RegistryClock } from "./registry/quiet-clock.js";

export interface FileWatchOptions {
  /** Files to look at. A folder that is not there is left to the interval. */
  readonly paths: readonly string[];
  /** Time between two looks that nothing has caused, in milliseconds. */
  readonly intervalMs: number;
  readonly clock: RegistryClock;
  /** Reads the files. One look at a time; never rejects. */
  look(): Promise<void>;
}

/** Time after a change in which whoever writes the files comes to an end, in milliseconds. */
const settleMs = 50;

/** Shape: idle → watching → idle, and so on. It does not keep the process alive, if its clock does not. */
export class FileWatch {
  readonly #options: FileWatchOptions;
  #folders: FSWatcher[] = [];
  #undoTimer: CancelTimer | undefined;
  #undoSettling: CancelTimer | undefined;
  #looking: Promise<void> | undefined;
  #isStale = false;
  #isOn = false;

  constructor(options: FileWatchOptions) {
    this.#options = options;
  }

  /** Looks now, and whenever something may have changed. */
  begin(): void {
    if (this.#isOn) return;
    this.#isOn = true;
    const { paths, intervalMs, clock } = this.#options;
    const folders = new Set(paths.map((path) => dirname(path)));
    this.#folders = [...folders].flatMap((folder) => this.#watch(folder) ?? []);
    const look = () => {
      this.#undoTimer = clock.setTimer(intervalMs, look);
      this.#look();
    };
    look();
  }

  /** Looks no more. Resolves when a look that is under way has ended. */
  async end(): Promise<void> {
    this.#isOn = false;
    for (const folder of this.#folders.splice(0)) folder.close();
    this.#undoTimer?.();
    this.#undoTimer = undefined;
    this.#undoSettling?.();
    this.#undoSettling = undefined;
    await this.#looking;
  }

  #watch(folder: string): FSWatcher | undefined {
    try {
      const watcher = watchFolder(folder, { persistent: false }, () => this.#lookSoon());
      return watcher.on("error", () => watcher.close());
    } catch {
      return undefined; // the interval does it alone
    }
  }

  #lookSoon(): void {
    this.#undoSettling ??= this.#options.clock.setTimer(settleMs, () => {
      this.#undoSettling = undefined;
      this.#look();
    });
  }

  #look(): void {
    this.#isStale = true;
    this.#looking ??= this.#lookUntilFresh().finally(() => {
      this.#looking = undefined;
    });
  }

  /** What changes during a look is looked at again. */
  async #lookUntilFresh(): Promise<void> {
    while (this.#isStale && this.#isOn) {
      this.#isStale = false;
      await this.#options.look();
    }
  }
}
