import type { Directory, Endpoint, Snapshot } from "@thrice/core";
import type { SimulatedServer } from "./simulated-server.js";

/** The servers that a client knows, as a directory that changes when it is told. */
export class ServerDirectory implements Directory {
  readonly #byId = new Map<string, SimulatedServer>();
  readonly #endpoints = new Map<string, Endpoint>();
  #snapshot: Snapshot = { endpoints: [], advertised: {} };

  /** Takes these servers, and no others, from now on. Those that were known already stay the same endpoints. */
  know(servers: readonly SimulatedServer[]): void {
    this.#snapshot = {
      endpoints: servers.map((server) => this.#endpointOf(server)),
      advertised: {},
    };
  }

  snapshot(): Snapshot {
    return this.#snapshot;
  }

  /** The server behind an endpoint, also if it is not known any more. */
  find({ id }: Endpoint): SimulatedServer {
    return this.#byId.get(id) as SimulatedServer;
  }

  #endpointOf(server: SimulatedServer): Endpoint {
    const { id, settings } = server;
    let endpoint = this.#endpoints.get(id);
    if (endpoint === undefined) {
      const address = { host: id, port: 1, params: {} };
      endpoint = Object.freeze({ id, address, weight: settings.weight, zone: settings.zone });
      this.#endpoints.set(id, endpoint);
      this.#byId.set(id, server);
    }
    return endpoint;
  }
}
