/** Opens servers and clients for a test, and closes all of them after it. */
import type { ServiceOptions } from "@thrice/core";
import { FakeClock, type MemoryLogger, memoryLogger } from "@thrice/core/testing";
import type { ServerOptions } from "@thrice/server";
import { type Client, type ClientOptions, newClient } from "../../src/index.js";
import { type KindsServiceClient, newKindsService } from "../gen/kinds/kinds_thrice.js";
import { type Script, type ServedKinds, serveKinds } from "./serve-kinds.js";

export interface BenchClient {
  readonly client: Client;
  readonly stub: KindsServiceClient;
  readonly logger: MemoryLogger;
  /** Stands still unless the test moves it. */
  readonly clock: FakeClock;
  /** Makes one more stub of the same client. */
  newStub(options: ServiceOptions<keyof KindsServiceClient>): KindsServiceClient;
}

/** Shape: `serve` and `client` open, `close` is for `afterEach`. Pauses between attempts last no time. */
export class Bench {
  readonly #open: (() => PromiseLike<void>)[] = [];

  async serve(script?: Script, options?: ServerOptions): Promise<ServedKinds> {
    const served = await serveKinds(script, options);
    this.#open.push(() => served[Symbol.asyncDispose]());
    return served;
  }

  /** Starts servers that do the same, one after the other. */
  async serveMany(count: number, script?: Script): Promise<readonly ServedKinds[]> {
    return Promise.all(Array.from({ length: count }, () => this.serve(script)));
  }

  client(options: ClientOptions): BenchClient {
    const logger = memoryLogger();
    const clock = new FakeClock();
    const client = newClient({ logger, clock, random: () => 0, ...options });
    this.closeLater(() => client.close());
    return {
      client,
      logger,
      clock,
      stub: newKindsService(client),
      newStub: (stubOptions) => newKindsService(client, stubOptions),
    };
  }

  /** Adds something else to close. */
  closeLater(close: () => Promise<void>): void {
    this.#open.push(close);
  }

  /** Closes what was opened last first, so that clients let go of servers. */
  async close(): Promise<void> {
    for (const close of this.#open.splice(0).reverse()) await close();
  }
}
