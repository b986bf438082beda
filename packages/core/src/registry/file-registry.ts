/**
 * Services in a JSON file that is read again when it changes. A file that cannot be read, or is wrong, changes nothing: what
 * was read before stays, and one line is logged for each such content.
 */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { checkKnownOptions, checkLogger, checkNumber, show } from "../check.js";
import { maxTimerMs } from "../clock.js";
import { FileWatch } from "../file-watch.js";
import { logQuietly } from "../log-quietly.js";
import { consoleLogger } from "../logger/console-logger.js";
import type { Logger } from "../logger/logger.js";
import { quietClock, type RegistryClock } from "./quiet-clock.js";
import type { Discovery, ServiceName, ServiceUpdate, ServiceWatch } from "./registry.js";
import { findInTable, readServiceTable, type ServiceTable } from "./service-table.js";
import { WatchedService } from "./watched-service.js";

export interface FileRegistryOptions {
  /** Path of the file; the folder has to exist. */
  readonly path: string;
  /**
   * Time between two looks at the file, in milliseconds, for file systems that tell of no changes; others do at once.
   * @defaultValue 2_000
   */
  readonly intervalMs?: number | undefined;
  /** @defaultValue `consoleLogger()` */
  readonly logger?: Logger | undefined;
  /** Tells time; for tests. @defaultValue the system's, with timers that do not keep the process alive */
  readonly clock?: RegistryClock | undefined;
}

/**
 * Finds services in a file.
 *
 * Shape: `{ "greet.GreetService": ["tri://10.0.0.1:20000?weight=50"], "*": "tri://10.0.0.9:20000" }`, as for `staticRegistry`.
 * A service that the file does not name has no endpoint.
 *
 * @throws TypeError or RangeError naming field, bound and value.
 */
export function fileRegistry(options: FileRegistryOptions): Discovery {
  checkKnownOptions("options of fileRegistry", options, known);
  const { path, intervalMs = 2_000, logger = consoleLogger(), clock = quietClock } = options;
  if (typeof path !== "string" || path === "") {
    throw new TypeError(`path must be the path of a file, got ${show(path)}`);
  }
  return new FileRegistry({
    path: resolve(path),
    intervalMs: checkNumber("intervalMs", intervalMs, 10, maxTimerMs),
    logger: checkLogger("logger", logger),
    clock,
  });
}

const known: ReadonlySet<string> = new Set(["path", "intervalMs", "logger", "clock"]);

type Options = {
  readonly [Name in keyof FileRegistryOptions]-?: NonNullable<FileRegistryOptions[Name]>;
};

class FileRegistry implements Discovery {
  readonly name: string;
  readonly #options: Options;
  readonly #watches = new Map<WatchedService, ServiceName>();
  #text: string | undefined;
  #problem: string | undefined;
  #table: ServiceTable | undefined;
  readonly #file: FileWatch;

  constructor(options: Options) {
    this.name = `file ${options.path}`;
    this.#options = options;
    const { path, intervalMs, clock } = options;
    this.#file = new FileWatch({ paths: [path], intervalMs, clock, look: () => this.#read() });
  }

  watch(service: ServiceName, onUpdate: (update: ServiceUpdate) => void): ServiceWatch {
    const onClose = () => {
      this.#watches.delete(watch);
      if (this.#watches.size === 0) void this.#file.end();
    };
    const watch = new WatchedService({ clock: this.#options.clock, onUpdate, onClose });
    this.#watches.set(watch, service);
    if (this.#watches.size === 1) this.#file.begin();
    else this.#feed(watch, service);
    return watch;
  }

  async close(): Promise<void> {
    for (const watch of this.#watches.keys()) watch.close();
    await this.#file.end();
  }

  async #read(): Promise<void> {
    try {
      this.#take(await readFile(this.#options.path, "utf8"));
    } catch (cause) {
      this.#note((cause as Error).message);
    }
  }

  /** @throws what is wrong with the text. */
  #take(text: string): void {
    if (text === this.#text && this.#problem === undefined) return;
    this.#table = readServiceTable(JSON.parse(text));
    this.#text = text;
    this.#problem = undefined;
    for (const [watch, service] of this.#watches) this.#feed(watch, service);
  }

  #feed(watch: WatchedService, service: ServiceName): void {
    if (this.#table !== undefined) {
      const endpoints = findInTable(this.#table, service) ?? [];
      watch.replace(endpoints.map((endpoint) => [endpoint.id, endpoint]));
    }
    if (this.#problem !== undefined) watch.setState("stale", this.#problem);
  }

  #note(problem: string): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    const { path, logger } = this.#options;
    const rest = this.#table === undefined ? "nothing is known yet" : "what it said before stays";
    logQuietly(() => logger.warnf("registry file %s cannot be used, %s: %s", path, rest, problem));
    for (const watch of this.#watches.keys()) watch.setState("stale", problem);
  }
}
