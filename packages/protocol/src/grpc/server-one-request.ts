/**
 * Serves a call whose request is one message: unary and server streaming. The handler is called once the caller has sent
 * that message and nothing else.
 *
 * Hot path. A small request comes in one piece, its end included; it is decoded where it lies, without a reader.
 */
import type { ConnectError } from "@connectrpc/connect";
import type { StreamEnd, StreamSink } from "@thrice/http2";
import { headBytes } from "./message-head.js";
import { MessageReader } from "./message-reader.js";
import type { ServerAnswer } from "./server-answer.js";
import { AnswerPump } from "./server-answer-pump.js";
import { type Cancellable, deadlineExceeded } from "./server-context.js";
import { cutShort, extraMessage, missingMessage, readFault, unpack } from "./server-fault.js";
import { enterGate } from "./server-gated.js";
import type { GrpcPlan } from "./server-plan.js";

export class OneRequestCall implements StreamSink, Cancellable {
  readonly #plan: GrpcPlan;
  readonly #answer: ServerAnswer;
  #reader: MessageReader | undefined = undefined;
  #payload: Buffer | undefined = undefined;
  #flags = 0;
  #pump: AnswerPump | undefined = undefined;
  #leaveQueue: (() => void) | undefined = undefined;

  constructor(plan: GrpcPlan, answer: ServerAnswer) {
    this.#plan = plan;
    this.#answer = answer;
    answer.context.watcher = this;
  }

  onData(bytes: Buffer, endStream: boolean): void {
    if (endStream) this.#answer.hasWholeRequest = true;
    if (this.#answer.hasEnded) return;
    if (endStream && this.#reader === undefined && this.#isOneMessage(bytes)) {
      this.#begin(bytes, headBytes, bytes[0] as number);
    } else {
      this.#read(bytes, endStream);
    }
  }

  onTrailers(): void {
    this.onRequestEnd();
  }

  /** The caller has sent all. */
  onRequestEnd(): void {
    this.#answer.hasWholeRequest = true;
    if (this.#answer.hasEnded) return;
    if (this.#payload !== undefined) this.#begin(this.#payload, 0, this.#flags);
    else
      this.#answer.fail(this.#reader?.isBetweenMessages === false ? cutShort() : missingMessage());
  }

  onWritable(): void {
    this.#pump?.resume();
  }

  cancel(error: ConnectError): void {
    this.#leaveQueue?.();
    this.#answer.fail(error);
    this.#pump?.stop();
  }

  onEnd(end: StreamEnd): void {
    if (this.#answer.hasEnded) return;
    this.#leaveQueue?.();
    this.#answer.hasEnded = true;
    this.#answer.context.end(end);
    this.#pump?.stop();
  }

  #isOneMessage(bytes: Buffer): boolean {
    const { length } = bytes;
    return (
      length >= headBytes &&
      (bytes[0] as number) <= 1 &&
      bytes.readUInt32BE(1) === length - headBytes &&
      length - headBytes <= this.#plan.route.maxReceiveBytes
    );
  }

  #read(bytes: Buffer, endStream: boolean): void {
    const { maxReceiveBytes } = this.#plan.route;
    this.#reader ??= new MessageReader(maxReceiveBytes);
    let hasExtra = this.#payload !== undefined && bytes.length > 0;
    const fault = this.#reader.push(bytes, (payload, flags) => {
      hasExtra ||= this.#payload !== undefined;
      this.#payload = payload;
      this.#flags = flags;
    });
    hasExtra ||= this.#payload !== undefined && !this.#reader.isBetweenMessages;
    if (fault !== undefined) this.#answer.fail(readFault(fault, maxReceiveBytes));
    else if (hasExtra) this.#answer.fail(extraMessage());
    else if (endStream) this.onRequestEnd();
  }

  #begin(bytes: Buffer, start: number, flags: number): void {
    this.#payload = undefined;
    if (this.#answer.context.isExpired) this.#answer.fail(deadlineExceeded());
    else if (this.#plan.route.gate === undefined) void this.#serve(bytes, start, flags);
    else {
      this.#leaveQueue = enterGate(
        this.#plan.route.gate,
        this.#answer,
        () => this.#serve(bytes, start, flags),
        (reason) => this.#answer.fail(reason),
      );
    }
  }

  async #serve(bytes: Buffer, start: number, flags: number): Promise<void> {
    const answer = this.#answer;
    const { codec, route } = this.#plan;
    try {
      const message =
        flags === 0
          ? codec.decode(bytes, start)
          : codec.decode(await unpack(bytes.subarray(start), this.#plan), 0);
      if (answer.hasEnded) return;
      const answered = route.handle(message, answer.context);
      if (route.method.methodKind === "unary") {
        const sent = answer.sendOnly((await answered) as object);
        if (sent !== undefined) await sent;
      } else {
        this.#pump = new AnswerPump(answer, answered);
        answer.context.watchDeadline();
        await this.#pump.run();
      }
    } catch (reason) {
      answer.fail(reason);
    }
  }
}
