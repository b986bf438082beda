/** What the compiler refuses; checked by tsc, never run. */
import {
  type Client,
  type ClientOptions,
  type ClusterStrategy,
  Code,
  failfast,
  newClient,
  roundRobin,
} from "@thrice/client";
import { newKindsService } from "./gen/kinds/kinds_thrice.js";

export const client: Client = newClient({ url: ["a:1", "b:2"] as const, retries: 3 });
const kinds = newKindsService(client, {
  retries: 5,
  methods: { unary: { retries: 4, cluster: failfast, loadBalance: roundRobin } },
});

export const answer: Promise<{ text: string }> = kinds.unary({ text: "a" }, { retries: 0 });
export const answers: AsyncIterable<{ text: string }> = kinds.watch({}, { timeoutMs: 5 });

export const tryTwice: ClusterStrategy = {
  name: "try-twice",
  async run(call) {
    const first = await call.attempt(call.pick());
    return first.ok ? first : call.attempt(call.pick({ exclude: call.tried }));
  },
};

// Programs that compile with exactOptionalPropertyTypes hand on what may be undefined.
declare const unset: undefined;
newClient({ url: "a", retries: unset, backoff: unset, logger: unset, random: unset });
newKindsService(client, { timeoutMs: unset, methods: { watch: { cluster: unset } } });
newKindsService(client, { methods: unset });
newClient({ url: "a", attemptInterceptors: [(next) => next], events: unset });
newKindsService(client, { attemptInterceptors: unset });
void kinds.unary({}, { onExplain: ({ attempts }) => attempts[0]?.choice?.picked });
void kinds.unary({}, { onExplain: unset });
export const retriesSoFar: number = client.counters().retries;
// @ts-expect-error methods and calls have no attempt interceptors of their own
void kinds.unary({}, { attemptInterceptors: [] });
// @ts-expect-error counters are not to be set
client.counters().retries = 0;
void kinds.unary({}, { attemptTimeoutMs: unset, signal: unset, onHeader: unset });

// @ts-expect-error a registry is a value, not a name
newClient({ registries: ["etcd"] });
// @ts-expect-error retries is a number
newClient({ url: "a", retries: "3" });
// @ts-expect-error there is no such option
newClient({ url: "a", retires: 3 });
// @ts-expect-error a strategy is a value, not a name
newClient({ url: "a", cluster: "failover" });
// @ts-expect-error there is no such method
newKindsService(client, { methods: { unari: {} } });
// @ts-expect-error signal belongs to a call
newKindsService(client, { signal: AbortSignal.abort() });
// @ts-expect-error url belongs to a client
void kinds.unary({}, { url: "a" });
// @ts-expect-error a stream of requests is needed
void kinds.collect({ text: "a" });
// @ts-expect-error the message has no such field
void kinds.unary({ txt: "a" });
// @ts-expect-error codes are values of Code
export const wrongCodes: ClientOptions = { url: "a", retryOn: ["unavailable"] };
export const rightCodes: ClientOptions = { url: "a", retryOn: [Code.Unavailable] };
