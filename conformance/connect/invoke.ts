/** Makes a call as the suite describes it, and tells all that came of it. */
import { create, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import { anyUnpack } from "@bufbuild/protobuf/wkt";
import { type CallOptions, type Client, ConnectError } from "@thrice/client";
import {
  type ClientCompatRequest,
  type ClientResponseResult,
  ClientResponseResultSchema,
} from "../.cache/connect/gen/connectrpc/conformance/v1/client_compat_pb.js";
import { StreamType } from "../.cache/connect/gen/connectrpc/conformance/v1/config_pb.js";
import {
  BidiStreamRequestSchema,
  ClientStreamRequestSchema,
  type ConformancePayload,
  ConformancePayloadSchema,
  IdempotentUnaryRequestSchema,
  ServerStreamRequestSchema,
  UnaryRequestSchema,
  UnimplementedRequestSchema,
} from "../.cache/connect/gen/connectrpc/conformance/v1/service_pb.js";
import {
  type ConformanceServiceClient,
  newConformanceService,
} from "../.cache/connect/gen/connectrpc/conformance/v1/service_thrice.js";
import { appendHeaders, headerList, suiteErrorFrom } from "./conversions.js";
import { pause } from "./pause.js";

/** Rejects if the call cannot be made at all; a call that fails is a result. */
export async function invoke(
  client: Client,
  request: ClientCompatRequest,
): Promise<ClientResponseResult> {
  const call = new SuiteCall(newConformanceService(client), request);
  const make = methods[request.method ?? ""];
  if (make === undefined) throw new Error(`there is no method ${request.method}`);
  try {
    await make(call);
  } catch (reason) {
    call.noteError(reason);
  }
  return call.result;
}

type MakeCall = (call: SuiteCall) => Promise<void>;

const methods: Readonly<Record<string, MakeCall>> = {
  Unary: (call) => call.unary((options) => call.stub.unary(call.only(UnaryRequestSchema), options)),
  IdempotentUnary: (call) =>
    call.unary((options) =>
      call.stub.idempotentUnary(call.only(IdempotentUnaryRequestSchema), options),
    ),
  Unimplemented: (call) =>
    call.unary(async (options) => {
      await call.stub.unimplemented(call.only(UnimplementedRequestSchema), options);
      return {};
    }),
  ClientStream: (call) =>
    call.unary((options) => {
      const sent = call.messages(ClientStreamRequestSchema);
      return call.stub.clientStream(sent, options);
    }),
  ServerStream: async (call) => {
    const answers = call.stub.serverStream(call.only(ServerStreamRequestSchema), call.options);
    call.cancelAfterSending();
    await call.readAll(answers);
  },
  BidiStream: async (call) => {
    const isFullDuplex = call.request.streamType === StreamType.FULL_DUPLEX_BIDI_STREAM;
    const sent = call.messages(BidiStreamRequestSchema, isFullDuplex);
    await call.readAll(call.stub.bidiStream(sent, call.options));
  },
};

interface Answer {
  readonly payload?: ConformancePayload | undefined;
}

class SuiteCall {
  readonly stub: ConformanceServiceClient;
  readonly request: ClientCompatRequest;
  readonly options: CallOptions;
  readonly result = create(ClientResponseResultSchema);
  readonly #aborter = new AbortController();
  #hasHeader = false;
  /** Resolves when one more answer has come, or there will be none. */
  #nextAnswer = Promise.withResolvers<void>();

  constructor(stub: ConformanceServiceClient, request: ClientCompatRequest) {
    this.stub = stub;
    this.request = request;
    const attachments = new Headers();
    appendHeaders(attachments, request.requestHeaders);
    this.options = {
      attachments,
      signal: this.#aborter.signal,
      ...(request.timeoutMs !== undefined && { timeoutMs: request.timeoutMs }),
      onHeader: (header) => {
        this.#hasHeader = true;
        this.result.responseHeaders = headerList(header);
      },
      onTrailer: (trailer) => {
        this.result.responseTrailers = headerList(trailer);
      },
    };
  }

  /** The message of a call that sends one. */
  only<Desc extends DescMessage>(desc: Desc): MessageShape<Desc> {
    const [message, ...more] = this.#unpacked(desc);
    if (message === undefined || more.length > 0) throw new Error("there must be one message");
    return message;
  }

  /** The messages of a call that sends many; with `inTurns`, each after the answer to the one before. */
  async *messages<Desc extends DescMessage>(
    desc: Desc,
    inTurns = false,
  ): AsyncGenerator<MessageShape<Desc>> {
    for (const message of this.#unpacked(desc)) {
      await pause(this.request.requestDelayMs);
      const answered = this.#nextAnswer.promise;
      yield message;
      if (inTurns) await answered;
    }
    const { cancelTiming } = this.request.cancel ?? {};
    if (cancelTiming?.case === "beforeCloseSend") {
      this.#aborter.abort();
      await never; // the stream is cancelled instead of being closed
    }
    this.cancelAfterSending();
  }

  /** Makes a call with one answer. */
  async unary(make: (options: CallOptions) => Promise<Answer>): Promise<void> {
    const sendsOne = this.request.streamType === StreamType.UNARY;
    const answering = make(this.options);
    if (sendsOne) this.cancelAfterSending();
    this.#notePayload(await answering);
  }

  /** Reads the answers of a stream. */
  async readAll(answers: AsyncIterable<Answer>): Promise<void> {
    const { cancelTiming } = this.request.cancel ?? {};
    const cancelAt = cancelTiming?.case === "afterNumResponses" ? cancelTiming.value : undefined;
    try {
      for await (const answer of answers) {
        this.#notePayload(answer);
        if (this.result.payloads.length === cancelAt) this.#aborter.abort();
        this.#noteAnswer();
      }
    } finally {
      this.#noteAnswer();
    }
  }

  /** Cancels some time after all was sent, if the call wants that. */
  cancelAfterSending(): void {
    const { cancel } = this.request;
    if (cancel === undefined) return;
    const { cancelTiming } = cancel;
    if (cancelTiming.case !== undefined && cancelTiming.case !== "afterCloseSendMs") return;
    const ms = cancelTiming.case === undefined ? 0 : cancelTiming.value;
    void pause(ms).then(() => this.#aborter.abort());
  }

  /** A call tells headers and trailers apart only if it got so far. */
  noteError(reason: unknown): void {
    if (!(reason instanceof ConnectError)) throw reason;
    this.result.error = suiteErrorFrom(reason);
    const metadata = headerList(reason.metadata);
    if (!this.#hasHeader) this.result.responseHeaders = metadata;
    if (this.result.responseTrailers.length === 0) this.result.responseTrailers = metadata;
  }

  #unpacked<Desc extends DescMessage>(desc: Desc): MessageShape<Desc>[] {
    return this.request.requestMessages.map((any) => {
      const message = anyUnpack(any, desc);
      if (message === undefined) throw new Error(`${any.typeUrl} is no ${desc.typeName}`);
      return message;
    });
  }

  #notePayload({ payload }: Answer): void {
    this.result.payloads.push(payload ?? create(ConformancePayloadSchema));
  }

  #noteAnswer(): void {
    this.#nextAnswer.resolve();
    this.#nextAnswer = Promise.withResolvers();
  }
}

const never = new Promise<never>(() => undefined);
