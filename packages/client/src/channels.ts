import { Code, ConnectError } from "@connectrpc/connect";
import type { Endpoint, RunningAttempt } from "@thrice/core";
import {
  type Channel,
  type ChannelOptions,
  type ChannelRequest,
  openChannel,
} from "@thrice/protocol";

/** The channels of a client: one per endpoint, made when the endpoint is first used. */
export class Channels {
  readonly #options: ChannelOptions;
  readonly #byEndpoint = new Map<string, Channel>();
  readonly #running = new Set<RunningAttempt>();
  #closed = false;

  constructor(options: ChannelOptions) {
    this.#options = options;
  }

  /** Puts an attempt on the wire. Does not throw; once closed, the attempt fails without being sent. */
  start(endpoint: Endpoint, request: ChannelRequest): RunningAttempt {
    if (this.#closed) return notSent();
    const attempt = this.#to(endpoint).start(request);
    this.#running.add(attempt);
    void attempt.finished.then(() => this.#running.delete(attempt));
    return attempt;
  }

  /** Fails what still runs and closes every channel. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const attempt of this.#running) attempt.cancel(closedError());
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

function notSent(): RunningAttempt {
  return {
    end: Promise.resolve({ ok: false, outcome: "rejected", error: closedError() }),
    finished: Promise.resolve(),
    cancel: () => {},
  };
}

function closedError(): ConnectError {
  return new ConnectError("the client is closed", Code.Unavailable);
}
