/** Health and reflection, which every server brings along. */
import assert from "node:assert/strict";
import { errorOf, textsOf } from "./expect.js";
import type { Pair } from "./promises.js";
import type { Tally } from "./tally.js";

/** Where a pair is known to fall short. */
export interface BuiltInShortfalls {
  /** What a check of a service that nobody knows fails with; 5 is `not_found`. */
  readonly unknownServiceCode?: number;
}

/** Checks what the client can ask of the server's health and schema. */
export async function checkBuiltIn(
  tally: Tally,
  { title, client }: Pair,
  { unknownServiceCode = 5 }: BuiltInShortfalls = {},
): Promise<void> {
  const health = (method: "check" | "watch", service: string) =>
    client.call({ service: "health", method, texts: [service], retries: 0 });
  for (const service of ["", "kinds.KindsService"]) {
    const name = service === "" ? "the server as a whole" : service;
    await tally.check(`${title}: health of ${name} is SERVING`, async () => {
      assert.deepEqual(textsOf(await health("check", service)), ["SERVING"]);
    });
    await tally.check(`${title}: a watch of the health of ${name} begins with it`, async () => {
      assert.deepEqual(textsOf(await health("watch", service)), ["SERVING"]);
    });
  }
  await tally.check(`${title}: health of a service that is not there fails`, async () => {
    assert.equal(errorOf(await health("check", "no.Service")).code, unknownServiceCode);
  });
  await tally.check(`${title}: a watch of it says SERVICE_UNKNOWN`, async () => {
    assert.deepEqual(textsOf(await health("watch", "no.Service")), ["SERVICE_UNKNOWN"]);
  });
  await tally.check(`${title}: reflection lists the services`, async () => {
    const call = { service: "reflection", method: "list", texts: [] } as const;
    const names = textsOf(await client.call(call));
    for (const name of ["kinds.KindsService", "greet.GreetService"]) {
      assert.ok(names.includes(name), `${name} is not in ${names}`);
    }
  });
}

/** Checks that our client can call the server by nothing but what its reflection tells. */
export async function checkGeneric(tally: Tally, { title, client }: Pair): Promise<void> {
  const ask = (method: "unary" | "watch") =>
    client.call({ service: "generic", method, texts: ["ab"] });
  await tally.check(`${title}: a unary call without a stub`, async () => {
    assert.deepEqual(textsOf(await ask("unary")), ["ab"]);
  });
  await tally.check(`${title}: a stream without a stub`, async () => {
    assert.deepEqual(textsOf(await ask("watch")), ["a", "b"]);
  });
}
