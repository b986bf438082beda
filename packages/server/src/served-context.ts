import type { DescMethod, DescService } from "@bufbuild/protobuf";
import type { ContextValues, HandlerContext } from "@connectrpc/connect";
import { addSendable } from "./sendable-metadata.js";

/**
 * What a handler gets as its context: the wire's own, but with a header and a trailer apart, of which the wire gets what
 * may be sent. What only some handlers look at is asked of the wire when they do.
 */
export class ServedContext implements HandlerContext {
  readonly method: DescMethod;
  readonly service: DescService;
  readonly requestMethod: string;
  readonly protocolName: string;
  readonly url: string;
  readonly timeoutMs: () => number | undefined;
  readonly #wire: HandlerContext;
  #header: Headers | undefined;
  #trailer: Headers | undefined;
  #headerSent = false;

  constructor(wire: HandlerContext) {
    this.method = wire.method;
    this.service = wire.service;
    this.requestMethod = wire.requestMethod;
    this.protocolName = wire.protocolName;
    this.url = wire.url;
    this.timeoutMs = () => wire.timeoutMs();
    this.#wire = wire;
  }

  get signal(): AbortSignal {
    return this.#wire.signal;
  }

  get values(): ContextValues {
    return this.#wire.values;
  }

  get requestHeader(): Headers {
    return this.#wire.requestHeader;
  }

  get responseHeader(): Headers {
    this.#header ??= new Headers();
    return this.#header;
  }

  get responseTrailer(): Headers {
    this.#trailer ??= new Headers();
    return this.#trailer;
  }

  /** Gives the wire the header as it is now, the first time it is called. */
  sendHeader(): void {
    if (this.#headerSent) return;
    this.#headerSent = true;
    if (this.#header) addSendable(this.#wire.responseHeader, this.#header);
  }

  /** Gives the wire the trailer as it is now; to be called once. */
  sendTrailer(): void {
    if (this.#trailer) addSendable(this.#wire.responseTrailer, this.#trailer);
  }
}
