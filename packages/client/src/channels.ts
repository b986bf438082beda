import type { AttemptListener, Endpoint, RunningAttempt } from "@thrice/core";
import {
  type AttemptDetails,
  type Channel,
  type ChannelOptions,
  type ChannelRequest,
  openChannel,
} from "@thrice/protocol";
import { probeChannel } from "./health/probe-channel.js";

/** The channels of a client: one per endpoint, made when the endpoint is first used. */
export class Channels {
  readonly #options: ChannelOptions;
  readonly #byEndpoint = new Map<string, Channel>();

  constructor(options: ChannelOptions) {
    this.#options = options;
  }

  /** Puts an attempt on the wire. Does not throw. */
  start(
    endpoint: Endpoint,
    request: ChannelRequest,
    details: AttemptDetails,
    listener: AttemptListener,
  ): RunningAttempt {
    return this.#to(endpoint).start(request, details, listener);
  }

  /** Whether the server there is well. Never rejects. */
  probe(endpoint: Endpoint): Promise<boolean> {
    return probeChannel(this.#to(endpoint), this.#options.connectTimeoutMs);
  }

  /** Fails what still runs and closes every channel. */
  async close(): Promise<void> {
    await Promise.all([...this.#byEndpoint.values()].map((channel) => channel.close()));
  }

  #to({ id, address }: Endpoint): Channel {
    let channel = this.#byEndpoint.get(id);
    if (channel === undefined) {
      channel = openChannel(address, this.#options);
      this.#byEndpoint.set(id, channel);
    }
    return channel;
  }
}
