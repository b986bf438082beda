/** The answers of a method that answers with a stream, as the wire reads them. */
import type { HandlerContext } from "@connectrpc/connect";
import { errorFromHandler } from "./handler-error.js";
import {
  type Handle,
  type HandlerRules,
  isAsyncIterable,
  messageFrom,
  wrongAnswer,
} from "./serve-handler.js";
import { ServedCall } from "./served-call.js";

type Step = IteratorResult<object, undefined>;

/**
 * Runs each step of a handler as part of its call, and no longer than its deadline. The handler is called when the first
 * answer is asked for.
 *
 * Shape: idle → running → over. As with a generator, a step that runs is waited for before the handler is left.
 *
 * Hot path of streams: a generator in this place would cost several promises for each message.
 */
export class ServedAnswers implements AsyncIterableIterator<object, undefined> {
  readonly #handle: Handle;
  readonly #request: unknown;
  readonly #wire: HandlerContext;
  readonly #rules: HandlerRules;
  #call: ServedCall | undefined;
  #answers: AsyncIterator<unknown> | undefined;
  #running: Promise<Step> | undefined;
  #isOver = false;

  constructor(handle: Handle, request: unknown, wire: HandlerContext, rules: HandlerRules) {
    this.#handle = handle;
    this.#request = request;
    this.#wire = wire;
    this.#rules = rules;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Step> {
    if (this.#isOver) return Promise.resolve(done);
    let call = this.#call;
    try {
      call ??= this.#begin();
    } catch (thrown) {
      this.#isOver = true;
      return Promise.reject(thrown);
    }
    this.#running = this.#step(call).then(this.#onStep, this.#onFailure);
    return this.#running;
  }

  async return(): Promise<Step> {
    await this.#running?.catch(() => {}); // whoever asked for the step has its error
    if (this.#isOver) return done;
    this.#isOver = true;
    if (this.#call !== undefined) await this.#leave(this.#call);
    return done;
  }

  /** Connect asks for it, to tell what ended the call; the handler hears of that by its signal. */
  async throw(reason: unknown): Promise<Step> {
    await this.return();
    throw reason;
  }

  /** @throws ConnectError with what goes wrong before the first step. */
  #begin(): ServedCall {
    const call = new ServedCall(this.#wire, this.#rules);
    this.#call = call;
    call.expectSteps();
    try {
      const stream = call.run(() => this.#handle(this.#request, call.context));
      if (!isAsyncIterable(stream)) {
        throw wrongAnswer(call.context.method, "return an async iterable", stream);
      }
      this.#answers = stream[Symbol.asyncIterator]();
      return call;
    } catch (thrown) {
      throw this.#end(call, thrown);
    }
  }

  /** An iterator that is no generator may throw at once, or return what is no promise. */
  #step(call: ServedCall): Promise<IteratorResult<unknown>> {
    try {
      return call.step(this.#readOn);
    } catch (thrown) {
      return Promise.reject(thrown);
    }
  }

  readonly #readOn = (): Promise<IteratorResult<unknown>> =>
    Promise.resolve((this.#answers as AsyncIterator<unknown>).next());

  readonly #onStep = (step: IteratorResult<unknown>): Step | Promise<never> => {
    const call = this.#call as ServedCall;
    if (step.done) {
      this.#isOver = true;
      this.#endCall(call);
      return done;
    }
    const { context } = call;
    try {
      const message = messageFrom(step.value, "yield messages", context.method);
      context.sendHeader();
      return message === step.value ? (step as Step) : { done: false, value: message };
    } catch (thrown) {
      this.#isOver = true;
      return this.#leave(call).then(() => {
        throw call.errorFor(errorFromHandler(thrown, context, this.#rules));
      });
    }
  };

  readonly #onFailure = (thrown: unknown): never => {
    this.#isOver = true;
    throw this.#end(this.#call as ServedCall, thrown);
  };

  /** Lets go of a handler that is between two steps, and ends the call. */
  async #leave(call: ServedCall): Promise<void> {
    try {
      await call.run(async () => this.#answers?.return?.());
      this.#endCall(call);
    } catch (thrown) {
      throw this.#end(call, thrown);
    }
  }

  #end(call: ServedCall, thrown: unknown): unknown {
    const error = call.errorFor(errorFromHandler(thrown, call.context, this.#rules));
    this.#endCall(call);
    return error;
  }

  #endCall(call: ServedCall): void {
    call.end(() => this.#answers?.return?.());
  }
}

const done: Step = { done: true, value: undefined };
