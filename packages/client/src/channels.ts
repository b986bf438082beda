import type {
  AttemptListener,
  Clock,
  EndpointStats,
  LiveEndpoint,
  RunningAttempt,
} from "@thrice/core";
import {
  type AttemptDetails,
  type Channel,
  type ChannelOptions,
  type ChannelRequest,
  openChannel,
} from "@thrice/protocol";
import { withProviderToken } from "./call/provider-token.js";
import { probeChannel } from "./health/probe-channel.js";

/** Which endpoints calls may go to. */
export interface EndpointUse {
  /** Counts up when endpoints come or go. */
  readonly changes: number;
  isInUse(id: string): boolean;
}

/** A channel, and whom it leads to. */
interface OpenChannel {
  readonly channel: Channel;
  endpoint: LiveEndpoint;
  /** Of other services at the same address, which is one channel for all of them. */
  readonly others: Set<EndpointStats>;
}

/** Time after a change in which calls show which endpoints they go to now, in milliseconds. */
const graceMs = 10_000;

/**
 * The channels of a client: one per endpoint, made when the endpoint is first used. One that no call can go to any more is
 * closed when its calls have ended; that is looked for some time after a change, when a call is made.
 */
export class Channels {
  readonly #options: ChannelOptions;
  readonly #use: EndpointUse;
  readonly #clock: Clock;
  readonly #open: typeof openChannel;
  readonly #byEndpoint = new Map<string, OpenChannel>();
  /** Those that finish what they have begun. */
  readonly #retired = new Set<Channel>();
  #seenChanges = 0;
  #sweepDueMs = Number.POSITIVE_INFINITY;

  /** `open` is for tests. */
  constructor(options: ChannelOptions, use: EndpointUse, clock: Clock, open = openChannel) {
    this.#options = options;
    this.#use = use;
    this.#clock = clock;
    this.#open = open;
  }

  /** Puts an attempt on the wire. Does not throw. */
  start(
    endpoint: LiveEndpoint,
    request: ChannelRequest,
    details: AttemptDetails,
    listener: AttemptListener,
  ): RunningAttempt {
    const { token } = endpoint.address.params;
    const sent = token === undefined ? request : withProviderToken(request, token);
    const running = this.#to(endpoint).start(sent, details, listener);
    if (this.#seenChanges !== this.#use.changes) this.#noteChange();
    else if (this.#sweepDueMs !== Number.POSITIVE_INFINITY) this.#sweepIfDue();
    return running;
  }

  /** Whether the server there is well. Never rejects. */
  probe(endpoint: LiveEndpoint): Promise<boolean> {
    return probeChannel(this.#to(endpoint), this.#options.connectTimeoutMs);
  }

  /** Connections that are open now. */
  get openConnections(): number {
    let count = 0;
    for (const { channel } of this.#byEndpoint.values()) count += channel.openConnections;
    for (const channel of this.#retired) count += channel.openConnections;
    return count;
  }

  /** Fails what still runs and closes every channel. */
  async close(): Promise<void> {
    const open = [...this.#byEndpoint.values()].map(({ channel }) => channel);
    await Promise.all([...open, ...this.#retired].map((channel) => channel.close()));
  }

  #to(endpoint: LiveEndpoint): Channel {
    const { id, address } = endpoint;
    let open = this.#byEndpoint.get(id);
    if (open === undefined) {
      open = { channel: this.#open(address, this.#options), endpoint, others: new Set() };
      this.#byEndpoint.set(id, open);
    } else {
      if (open.endpoint.stats !== endpoint.stats) open.others.add(open.endpoint.stats);
      open.endpoint = endpoint;
    }
    return open.channel;
  }

  #noteChange(): void {
    this.#seenChanges = this.#use.changes;
    this.#sweepDueMs = this.#clock.nowMs() + graceMs;
  }

  #sweepIfDue(): void {
    const nowMs = this.#clock.nowMs();
    if (nowMs < this.#sweepDueMs) return;
    let isDone = true;
    for (const [id, { channel, endpoint, others }] of this.#byEndpoint) {
      if (this.#use.isInUse(id)) continue;
      // What waits for an answer would fail; a stream that is being read goes on.
      const isBusy = [endpoint.stats, ...others].some(({ inFlight }) => inFlight > 0);
      if (isBusy) isDone = false;
      else this.#retire(id, channel);
    }
    this.#sweepDueMs = isDone ? Number.POSITIVE_INFINITY : nowMs + graceMs;
  }

  #retire(id: string, channel: Channel): void {
    this.#byEndpoint.delete(id);
    this.#retired.add(channel);
    const forget = () => this.#retired.delete(channel);
    void channel.retire().then(forget, forget);
  }
}
