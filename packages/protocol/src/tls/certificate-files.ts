/** Puts certificates in force when their files change. What is wrong, or half written, changes nothing. */
import {
  checkNumber,
  FileWatch,
  type Logger,
  logQuietly,
  maxTimerMs,
  quietClock,
  type RegistryClock,
} from "@thrice/core";
import { type PemOptions, PemSources, type TlsMaterial } from "./pem-sources.js";

/** Who uses the certificates. */
export interface CertificateUser {
  /** Takes one line for each reload, at level `info`, and one for each that is refused, at level `warn`. */
  readonly logger: Logger;
  /** Puts new certificates in force, or throws: then those before stay. */
  use(material: TlsMaterial): void;
}

/** Shape: read → watched → closed. */
export class CertificateFiles {
  /** What was read at first. */
  readonly first: TlsMaterial;
  readonly #sources: PemSources;
  readonly #intervalMs: number;
  readonly #clock: RegistryClock;
  #watch: FileWatch | undefined;
  #current: TlsMaterial;
  #problem: string | undefined;

  /** Reads. `clock` is for tests. @throws TypeError or RangeError naming the field that is wrong. */
  constructor(options: PemOptions, clock: RegistryClock = quietClock) {
    const { reloadIntervalMs = 10_000 } = options;
    this.#intervalMs = checkNumber("tls.reloadIntervalMs", reloadIntervalMs, 100, maxTimerMs);
    this.#clock = clock;
    this.#sources = new PemSources(options);
    this.first = this.#sources.readNow();
    this.#current = this.first;
  }

  /** Looks at the files from now on, if there are any. It does not keep the process alive. */
  watch(user: CertificateUser): void {
    const { paths } = this.#sources;
    if (paths.length === 0 || this.#watch !== undefined) return;
    const look = () => this.#look(user);
    this.#watch = new FileWatch({ paths, intervalMs: this.#intervalMs, clock: this.#clock, look });
    this.#watch.begin();
  }

  /** Looks at them no more. */
  async close(): Promise<void> {
    await this.#watch?.end();
  }

  async #look({ logger, use }: CertificateUser): Promise<void> {
    const names = this.#sources.names.join(", ");
    try {
      const material = await this.#sources.read();
      const isNews = !isSame(material, this.#current);
      if (isNews) use(material);
      this.#current = material;
      this.#problem = undefined;
      if (isNews) logQuietly(() => logger.infof("certificates are read again: %s", names));
    } catch (cause) {
      const { message } = cause as Error;
      if (message === this.#problem) return;
      this.#problem = message;
      logQuietly(() => logger.warnf("certificates stay as they were: %s", message));
    }
  }
}

function isSame(left: TlsMaterial, right: TlsMaterial): boolean {
  return left.cert === right.cert && left.key === right.key && left.ca === right.ca;
}
