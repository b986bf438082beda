/** The answer to one gRPC call: headers, messages, and a status that is sent exactly once. */
import { Code, ConnectError } from "@connectrpc/connect";
import { type Logger, logQuietly } from "@thrice/core";
import { ErrorCode, type ServerStream } from "@thrice/http2";
import { messageHead } from "./message-head.js";
import type { ServerContext } from "./server-context.js";
import { appendMetadata } from "./server-metadata.js";
import { type GrpcPlan, noTrailers, okTrailers } from "./server-plan.js";
import { fieldsFromError } from "./server-status.js";

export class ServerAnswer {
  readonly context: ServerContext;
  /** Whether nothing more can be sent: the status is out, or the stream is over. */
  hasEnded = false;
  /** Whether the caller has sent all of its request. */
  hasWholeRequest = false;
  readonly #stream: ServerStream;
  readonly #plan: GrpcPlan;
  readonly #logger: Logger;
  #hasHeaders = false;

  constructor(stream: ServerStream, plan: GrpcPlan, context: ServerContext, logger: Logger) {
    this.#stream = stream;
    this.#plan = plan;
    this.context = context;
    this.#logger = logger;
  }

  /** Sends the only message of an answer, and that all went well. */
  sendOnly(message: object): void | Promise<void> {
    const bytes = this.#encode(message);
    if (this.hasEnded) return;
    if (bytes.length >= this.#plan.compressMinBytes) return this.#sendPacked(bytes);
    this.#sendHeaders(this.#plan.form.plain);
    this.#stream.sendData(bytes, false, messageHead(bytes.length, false));
    this.finish();
  }

  /** Sends one of many messages. Says whether to go on; if not, the stream tells when it is writable. */
  sendNext(message: object): boolean | Promise<boolean> {
    const bytes = this.#encode(message);
    if (this.hasEnded) return false;
    const { compressMinBytes, form, route } = this.#plan;
    const mayPack = compressMinBytes !== Number.POSITIVE_INFINITY;
    if (!this.#hasHeaders) this.#sendHeaders(mayPack ? form[route.encoding.name] : form.plain);
    if (bytes.length >= compressMinBytes) return this.#sendNextPacked(bytes);
    return this.#stream.sendData(bytes, false, messageHead(bytes.length, false));
  }

  /** Says that all went well. */
  finish(): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    if (!this.#hasHeaders) this.#sendHeaders(this.#plan.form.plain);
    this.#stream.sendTrailers(okTrailers, this.context.trailerFields());
    this.context.end(answered);
    this.#close();
  }

  /** Says what went wrong. Anything but a `ConnectError` is told to the log only. Never throws. */
  fail(reason: unknown): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    const error = reason instanceof ConnectError ? reason : this.#internal(reason);
    this.context.end({ kind: "failed", error });
    try {
      this.#sendStatus(error);
      this.#close();
    } catch (thrown) {
      logQuietly(() => this.#logger.error("status cannot be sent", this.#plan.route.path, thrown));
      this.#stream.reset(ErrorCode.INTERNAL_ERROR);
    }
  }

  #sendStatus(error: ConnectError): void {
    // In an answer that is nothing but trailers, callers take all metadata for trailers.
    if (!this.#hasHeaders && this.context.headerFields().length > 0) {
      this.#sendHeaders(this.#plan.form.plain);
    }
    const fields = [...this.context.trailerFields()];
    // What another server said is passed on by the error's own fields; its metadata was meant for us.
    if (!error.isWireError) appendMetadata(fields, error.metadata);
    fields.push(...this.#statusFields(error));
    if (this.#hasHeaders) this.#stream.sendTrailers(noTrailers, fields);
    else this.#stream.respond(this.#plan.form.plain, fields, true);
  }

  #statusFields(error: ConnectError): string[] {
    try {
      return fieldsFromError(error);
    } catch (thrown) {
      logQuietly(() =>
        this.#logger.error("error details cannot be encoded", this.#plan.route.path, thrown),
      );
      return fieldsFromError(new ConnectError(error.rawMessage, error.code));
    }
  }

  #sendHeaders(headers: GrpcPlan["form"]["plain"]): void {
    this.#stream.respond(headers, this.context.headerFields(), false);
    this.#hasHeaders = true;
  }

  async #sendPacked(bytes: Uint8Array): Promise<void> {
    const { form, route } = this.#plan;
    const packed = await route.encoding.compress(bytes);
    if (this.hasEnded) return;
    this.#sendHeaders(form[route.encoding.name]);
    this.#stream.sendData(packed, false, messageHead(packed.length, true));
    this.finish();
  }

  async #sendNextPacked(bytes: Uint8Array): Promise<boolean> {
    const packed = await this.#plan.route.encoding.compress(bytes);
    if (this.hasEnded) return false;
    return this.#stream.sendData(packed, false, messageHead(packed.length, true));
  }

  #encode(message: object): Uint8Array {
    try {
      return this.#plan.codec.encode(message);
    } catch (cause) {
      logQuietly(() =>
        this.#logger.error("answer cannot be serialised", this.#plan.route.path, cause),
      );
      throw new ConnectError("the handler failed", Code.Unknown, undefined, undefined, cause);
    }
  }

  /** Asks a caller that is still sending to stop. @see RFC 9113 section 8.1 */
  #close(): void {
    if (this.hasWholeRequest || this.#stream.hasEnded) return;
    // What waits for a window would be lost; the stream then ends when the caller has sent all.
    if (this.#stream.bufferedBytes === 0) this.#stream.reset(ErrorCode.NO_ERROR);
  }

  #internal(reason: unknown): ConnectError {
    logQuietly(() => this.#logger.debug("handler failed", this.#plan.route.path, reason));
    return new ConnectError("internal error", Code.Internal, undefined, undefined, reason);
  }
}

const answered = { kind: "answered" } as const;
