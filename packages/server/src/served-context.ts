import type { DescMethod, DescService } from "@bufbuild/protobuf";
import type { ContextValues, HandlerContext } from "@connectrpc/connect";
import { addSendable } from "./sendable-metadata.js";

/**
 * What a handler gets as its context: the wire's own, but with a header and a trailer apart, of which the wire gets what
 * may be sent. What only some handlers look at is asked of the wire when they do.
 */
export class ServedContext implements HandlerContext {
  readonly #wire: HandlerContext;
  #header: Headers | undefined = undefined;
  #trailer: Headers | undefined = undefined;
  #headerSent = false;

  constructor(wire: HandlerContext) {
    this.#wire = wire;
  }

  get method(): DescMethod {
    return this.#wire.method;
  }

  get service(): DescService {
    return this.#wire.service;
  }

  get requestMethod(): string {
    return this.#wire.requestMethod;
  }

  get protocolName(): string {
    return this.#wire.protocolName;
  }

  get url(): string {
    return this.#wire.url;
  }

  /** Time that is left, in milliseconds. Works without `this` too. */
  get timeoutMs(): () => number | undefined {
    const wire = this.#wire;
    return () => wire.timeoutMs();
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
