/** Serves a call whose request is a stream of messages: client streaming and bidi. The handler is called at once. */
import type { ConnectError } from "@connectrpc/connect";
import type { ServerStream, StreamEnd, StreamSink } from "@thrice/http2";
import { type Arrived, arrivedFrom, Packed } from "./arrived.js";
import { IncomingQueue } from "./incoming-queue.js";
import { MessageReader } from "./message-reader.js";
import type { ServerAnswer } from "./server-answer.js";
import { AnswerPump } from "./server-answer-pump.js";
import { type Cancellable, canceledBy } from "./server-context.js";
import { cutShort, readFault, unpack } from "./server-fault.js";
import { enterGate } from "./server-gated.js";
import type { GrpcPlan } from "./server-plan.js";

export class ManyRequestsCall implements StreamSink, Cancellable {
  readonly credit = "manual";
  readonly #plan: GrpcPlan;
  readonly #answer: ServerAnswer;
  readonly #reader: MessageReader;
  readonly #messages: IncomingQueue<Arrived, unknown>;
  #isBroken = false;
  #pump: AnswerPump | undefined = undefined;
  #leaveQueue: (() => void) | undefined = undefined;

  constructor(stream: ServerStream, plan: GrpcPlan, answer: ServerAnswer) {
    this.#plan = plan;
    this.#answer = answer;
    this.#reader = new MessageReader(plan.route.maxReceiveBytes);
    this.#messages = new IncomingQueue(
      (message) => this.#open(message),
      (bytes) => stream.addCredit(bytes),
    );
    answer.context.watcher = this;
  }

  /** Calls the handler, when it is the call's turn. */
  start(): void {
    this.#answer.context.watchDeadline();
    const { gate } = this.#plan.route;
    if (gate === undefined) void this.#serve();
    else this.#leaveQueue = enterGate(gate, this.#answer, () => this.#serve(), this.#refuse);
  }

  readonly #refuse = (reason: unknown): void => {
    this.#answer.fail(reason);
    void this.#messages.return();
  };

  onData(bytes: Buffer, endStream: boolean): void {
    if (bytes.length > 0 && !this.#isBroken && !this.#answer.hasEnded) this.#read(bytes);
    this.#messages.noteArrived(bytes.length);
    if (endStream) this.onRequestEnd();
  }

  onTrailers(): void {
    this.onRequestEnd();
  }

  /** The caller has sent all. */
  onRequestEnd(): void {
    this.#answer.hasWholeRequest = true;
    if (this.#reader.isBetweenMessages) this.#messages.finish();
    else this.#messages.fail(cutShort());
  }

  onWritable(): void {
    this.#pump?.resume();
  }

  cancel(error: ConnectError): void {
    this.#answer.fail(error);
    this.#leave(error);
  }

  onEnd(end: StreamEnd): void {
    if (this.#answer.hasEnded) return;
    this.#answer.hasEnded = true;
    this.#answer.context.end(end);
    this.#leave(canceledBy(end));
  }

  #read(bytes: Buffer): void {
    const fault = this.#reader.push(bytes, this.#take);
    if (fault === undefined) return;
    this.#isBroken = true;
    this.#messages.fail(readFault(fault, this.#plan.route.maxReceiveBytes));
  }

  readonly #take = (payload: Buffer, flags: number): void => {
    this.#messages.push(arrivedFrom(payload, flags));
  };

  #open(message: Arrived): unknown {
    const { codec } = this.#plan;
    if (!(message instanceof Packed)) return codec.decode(message, 0);
    return unpack(message.payload, this.#plan).then((payload) => codec.decode(payload, 0));
  }

  async #serve(): Promise<void> {
    const answer = this.#answer;
    const { handle, method } = this.#plan.route;
    try {
      const answered = handle(this.#messages, answer.context);
      if (method.methodKind === "client_streaming") {
        await answer.sendOnly((await answered) as object);
      } else {
        this.#pump = new AnswerPump(answer, answered);
        await this.#pump.run();
      }
    } catch (reason) {
      answer.fail(reason);
    }
    void this.#messages.return();
  }

  #leave(error: ConnectError): void {
    this.#leaveQueue?.();
    this.#messages.abort(error);
    this.#pump?.stop();
  }
}
