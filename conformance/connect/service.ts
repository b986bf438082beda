/** The service that the suite's client calls: each request says how to answer it, and answers tell what came. */
import { create, type DescMessage, type MessageShape } from "@bufbuild/protobuf";
import { type Any, anyPack } from "@bufbuild/protobuf/wkt";
import type { HandlerContext } from "@thrice/server";
import {
  BidiStreamRequestSchema,
  ClientStreamRequestSchema,
  type ConformancePayload,
  ConformancePayload_RequestInfoSchema,
  ConformancePayloadSchema,
  IdempotentUnaryRequestSchema,
  type ConformancePayload_RequestInfo as RequestInfo,
  ServerStreamRequestSchema,
  type StreamResponseDefinition,
  UnaryRequestSchema,
  type UnaryResponseDefinition,
} from "../.cache/connect/gen/connectrpc/conformance/v1/service_pb.js";
import type { ConformanceServiceHandler } from "../.cache/connect/gen/connectrpc/conformance/v1/service_thrice.js";
import { appendHeaders, errorFromSuite, headerList } from "./conversions.js";
import { pause } from "./pause.js";

/** `Unimplemented` is left out on purpose. */
export const conformanceService: Partial<ConformanceServiceHandler> = {
  unary: (request, context) =>
    answerOnce(request.responseDefinition, [pack(UnaryRequestSchema, request)], context),
  idempotentUnary: (request, context) =>
    answerOnce(request.responseDefinition, [pack(IdempotentUnaryRequestSchema, request)], context),
  async clientStream(requests, context) {
    const received: Any[] = [];
    let definition: UnaryResponseDefinition | undefined;
    for await (const request of requests) {
      if (received.length === 0) definition = request.responseDefinition;
      received.push(pack(ClientStreamRequestSchema, request));
    }
    return answerOnce(definition, received, context);
  },
  async *serverStream(request, context) {
    const received = [pack(ServerStreamRequestSchema, request)];
    yield* answerMany(request.responseDefinition, context, received);
  },
  async *bidiStream(requests, context) {
    let definition: StreamResponseDefinition | undefined;
    let answers: AsyncGenerator<Answer> | undefined;
    let isFullDuplex = false;
    const received: Any[] = [];
    for await (const request of requests) {
      received.push(pack(BidiStreamRequestSchema, request));
      if (answers === undefined) {
        definition = request.responseDefinition;
        isFullDuplex = request.fullDuplex;
        answers = answerMany(definition, context, received, isFullDuplex);
      }
      if (!isFullDuplex) continue;
      const next = await answers.next();
      if (next.done) return;
      yield next.value;
    }
    yield* answers ?? answerMany(undefined, context, received);
  },
};

interface Answer {
  readonly payload: ConformancePayload;
}

async function answerOnce(
  definition: UnaryResponseDefinition | undefined,
  requests: Any[],
  context: HandlerContext,
): Promise<Answer> {
  sendMetadata(definition, context);
  const requestInfo = describeRequest(context, requests);
  const { response } = definition ?? {};
  await pause(definition?.responseDelayMs ?? 0);
  if (response?.case === "error") throw errorFromSuite(response.value, packInfo(requestInfo));
  const data = response?.case === "responseData" ? response.value : new Uint8Array();
  return { payload: create(ConformancePayloadSchema, { data, requestInfo }) };
}

/** `received` may grow between two answers; with `drains`, each answer tells what came since the one before. */
async function* answerMany(
  definition: StreamResponseDefinition | undefined,
  context: HandlerContext,
  received: Any[],
  drains = false,
): AsyncGenerator<Answer> {
  sendMetadata(definition, context);
  let isFirst = true;
  for (const data of definition?.responseData ?? []) {
    const requestInfo = isFirst ? describeRequest(context, [...received]) : whatCame(received);
    if (drains) received.length = 0;
    await pause(definition?.responseDelayMs ?? 0);
    const payload = { data, ...((isFirst || drains) && { requestInfo }) };
    isFirst = false;
    yield { payload: create(ConformancePayloadSchema, payload) };
  }
  if (definition?.error === undefined) return;
  const more = isFirst ? [packInfo(describeRequest(context, received))] : [];
  throw errorFromSuite(definition.error, ...more);
}

function whatCame(requests: readonly Any[]): RequestInfo | undefined {
  if (requests.length === 0) return undefined;
  return create(ConformancePayload_RequestInfoSchema, { requests: [...requests] });
}

function sendMetadata(
  definition: UnaryResponseDefinition | StreamResponseDefinition | undefined,
  { responseHeader, responseTrailer }: HandlerContext,
): void {
  appendHeaders(responseHeader, definition?.responseHeaders ?? []);
  appendHeaders(responseTrailer, definition?.responseTrailers ?? []);
}

function describeRequest(context: HandlerContext, requests: Any[]): RequestInfo {
  const { requestHeader, requestMethod, url } = context;
  const timeoutMs = context.timeoutMs();
  const queryParams = requestMethod === "GET" ? headerList(new URL(url).searchParams) : [];
  return create(ConformancePayload_RequestInfoSchema, {
    requestHeaders: headerList(requestHeader),
    requests,
    ...(timeoutMs !== undefined && { timeoutMs: BigInt(Math.floor(timeoutMs)) }),
    ...(queryParams.length > 0 && { connectGetInfo: { queryParams } }),
  });
}

function pack<Desc extends DescMessage>(desc: Desc, message: MessageShape<Desc>): Any {
  return anyPack(desc, message);
}

function packInfo(info: RequestInfo): Any {
  return anyPack(ConformancePayload_RequestInfoSchema, info);
}
