/**
 * A real client that calls a peer which answers nonsense. Every call must settle, with an answer or a `ConnectError`, and
 * after `close` no socket is left.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { ConnectError } from "@connectrpc/connect";
import { newClient } from "@thrice/client";
import { createLogger } from "@thrice/core";
import { Random } from "../../packages/http2/fuzz/random.js";
import { type KindsServiceClient, newKindsService } from "../gen/kinds/kinds_thrice.js";
import { openSockets, socketsClosed } from "./open-sockets.js";
import type { Recording } from "./recordings.js";
import { openScriptedPeer, type ScriptedPeer } from "./scripted-peer.js";
import { type FuzzTarget, inTime } from "./target.js";

const quiet = createLogger(() => undefined, { level: "debug" });
const texts = ["", "hi", "x".repeat(2_000), "y".repeat(200_000)];

export async function openClientTarget(recordings: readonly Recording[]): Promise<FuzzTarget> {
  const peer = await openScriptedPeer(recordings);
  return {
    name: "client",
    run: (seed) => runClientEpisode(seed, peer),
    close: () => peer.close(),
  };
}

async function runClientEpisode(seed: number, peer: ScriptedPeer): Promise<string> {
  const random = new Random(seed);
  peer.random = new Random(random.below(0x7fff_ffff));
  const before = openSockets();
  const client = newClient({
    url: `tri://127.0.0.1:${peer.port}`,
    ...(random.next() < 0.5 && { retries: random.below(3) }),
    backoff: { baseMs: 0, maxMs: 1 },
    random: () => random.next(),
    logger: quiet,
  });
  const stub = newKindsService(client);
  const calls = Array.from({ length: 1 + random.below(6) }, () => callSomehow(stub, random));
  if (random.next() < 0.05) setImmediate(() => void client.close());
  const ends = await inTime("a call", Promise.all(calls));
  await inTime("close", client.close());
  await inTime("sockets of the client", socketsClosed(before));
  return ends.some((end) => end === "answered") ? "some answered" : "none answered";
}

async function callSomehow(stub: KindsServiceClient, random: Random): Promise<string> {
  const controller = new AbortController();
  const choice = random.next();
  const options = {
    signal: controller.signal,
    ...(choice < 0.1 && { timeoutMs: 1 + random.below(20) }),
    ...(random.next() < 0.2 && { attachments: { "x-a": "1", "x-b-bin": "AAH/" } }),
  };
  if (choice > 0.9) setTimeout(() => controller.abort(), random.below(20));
  try {
    await call(stub, random, options);
    return "answered";
  } catch (reason) {
    if (reason instanceof ConnectError) return "failed";
    throw new Error("a call failed with what is no ConnectError", { cause: reason });
  }
}

async function call(
  stub: KindsServiceClient,
  random: Random,
  options: { signal: AbortSignal },
): Promise<void> {
  const note = { text: random.pick(texts) };
  const kind = random.below(6);
  if (kind < 2) await stub.unary(note, options);
  else if (kind === 2) await stub.read(note, options);
  else if (kind === 3) await readSome(stub.watch(note, options), random);
  else if (kind === 4) await stub.collect(notes(random), options);
  else await readSome(stub.chat(notes(random), options), random);
}

/** Reads a stream to its end, or leaves it. */
async function readSome(stream: AsyncIterable<unknown>, random: Random): Promise<void> {
  let left = random.pick([0, 1, 2, 1_000_000]);
  for await (const _ of stream) if (left-- === 0) break;
}

async function* notes(random: Random): AsyncGenerator<{ text: string }> {
  const count = random.below(4);
  for (let at = 0; at < count; at++) {
    yield { text: random.pick(texts) };
    if (random.next() < 0.2) await sleep(1);
  }
}
