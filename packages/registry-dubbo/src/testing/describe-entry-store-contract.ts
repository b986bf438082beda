/** What every engine owes the layouts, as tests that any runner can run. */
import assert from "node:assert/strict";
import type { RegistryState } from "@thrice/core";
import type { RegistryTestRunner } from "@thrice/core/testing";
import type { EntryStore } from "../engine/entry-store.js";

/** One engine with two stores that use it, as two processes do, made for one test. */
export interface EntryStoreUnderTest {
  readonly store: EntryStore;
  readonly other: EntryStore;
  /** Makes the engine unreachable for both; returns how to bring it back with what it knew. */
  goAway(): Promise<() => Promise<void>>;
  close(): Promise<void>;
}

/**
 * Describes what an engine has to do. `create` makes engine and stores anew for each test. Waits are for what has to come, so
 * that a slow engine is no failure; a test that waits in vain runs into the runner's timeout.
 */
export function describeEntryStoreContract(
  name: string,
  create: () => Promise<EntryStoreUnderTest>,
  runner: RegistryTestRunner = globalThis as unknown as RegistryTestRunner,
): void {
  const { describe, test } = runner;
  describe(`${name} keeps the contract of an entry store`, () => {
    for (const [title, run] of Object.entries(cases)) {
      test(title, async () => {
        const bench = await create();
        try {
          await run(bench);
        } finally {
          await bench.close();
        }
      });
    }
  });
}

const folder = "/dubbo/greet.GreetService/providers";
/** A name as Dubbo writes them, which no engine may read anything into. */
const url = "tri%3A%2F%2F10.0.0.1%3A20000%2Fgreet.GreetService%3Fa%3Db+c%2B%25";
const longUrl = `${url}${"x".repeat(3_000)}`;

const cases: Record<string, (bench: EntryStoreUnderTest) => Promise<void>> = {
  "hears nothing in a folder that does not exist, and is live": async ({ store }) => {
    const { until } = listenTo(store);
    const { entries, reason } = await until(({ state }) => state === "live");
    assert.deepEqual([[...entries], reason], [[], ""]);
  },

  "hears entries that come, change and go, with names as they were given": async ({
    store,
    other,
  }) => {
    const first = other.hold(`${folder}/${url}`, "one");
    await first.published;
    const { until } = listenTo(store);
    await until(has({ [url]: "one" }));
    const second = other.hold(`${folder}/${longUrl}`, "zwölf €");
    await until(has({ [url]: "one", [longUrl]: "zwölf €" }));
    await first.withdraw();
    await until(has({ [longUrl]: "zwölf €" }));
    await second.withdraw();
    await until(has({}));
  },

  "hears direct children alone": async ({ store, other }) => {
    await other.hold(`${folder}/a`, "1").published;
    await other.hold(`${folder}x/b`, "2").published;
    await other.update(`${folder}/c/d`, () => "3");
    await other.hold(`${folder}/e`, "4").published;
    const { entries } = await listenTo(store).until(({ entries: now }) => now.has("e"));
    assert.deepEqual([entries.get("a"), entries.get("e")], ["1", "4"]);
    assert.ok(!entries.has("b") && !entries.has("d") && !entries.has("c/d"));
  },

  "hands out maps that do not change later": async ({ store, other }) => {
    const { until } = listenTo(store);
    await other.hold(`${folder}/a`, "1").published;
    const first = await until(has({ a: "1" }));
    await other.hold(`${folder}/b`, "2").published;
    await until(has({ a: "1", b: "2" }));
    assert.deepEqual([...first.entries.keys()], ["a"]);
  },

  "has the value of the newest of several holds": async ({ store, other }) => {
    const { until } = listenTo(store);
    const first = other.hold(`${folder}/a`, "1");
    await first.published;
    await until(has({ a: "1" }));
    const second = other.hold(`${folder}/a`, "2");
    await second.published;
    await until(has({ a: "2" }));
    await second.withdraw();
    await until(has({ a: "1" }));
    const third = other.hold(`${folder}/a`, "3");
    await third.published;
    await first.withdraw();
    await until(has({ a: "3" }));
    await Promise.all([third.withdraw(), third.withdraw()]);
    await until(has({}));
  },

  "follows one entry": async ({ store, other }) => {
    const { until } = listenToEntry(store, `${folder}/a`);
    await until(({ state, value }) => state === "live" && value === undefined);
    await other.update(`${folder}/ab`, () => "no");
    await other.update(`${folder}/a`, () => "1");
    await until(({ value }) => value === "1");
    await other.update(`${folder}/a`, (old) => `${old}2`);
    await until(({ value }) => value === "12");
  },

  "updates by what is there, and leaves it where it is told nothing": async ({ store, other }) => {
    const heard: (string | undefined)[] = [];
    await store.update("/dubbo/mapping/s", (old) => {
      heard.push(old);
      return "one";
    });
    await other.update("/dubbo/mapping/s", (old) => {
      heard.push(old);
      return undefined;
    });
    await other.update("/dubbo/mapping/s", (old) => `${old},two`);
    const { until } = listenToEntry(store, "/dubbo/mapping/s");
    await until(({ value }) => value === "one,two");
    assert.deepEqual(heard, [undefined, "one"]);
  },

  "loses no update of many at once": async ({ store, other }) => {
    const names = Array.from({ length: 8 }, (_, at) => `app${at}`);
    const add = (name: string) => (old: string | undefined) =>
      old?.split(",").includes(name) ? undefined : [...(old?.split(",") ?? []), name].join();
    await Promise.all(
      names.map((name, at) => (at % 2 ? store : other).update("/dubbo/mapping/s", add(name))),
    );
    const { until } = listenToEntry(store, "/dubbo/mapping/s");
    const { value } = await until(({ value: text }) => text !== undefined);
    assert.deepEqual(value?.split(",").sort(), names);
  },

  "keeps what it knows as stale while the engine is away, and goes on when it is back": async ({
    store,
    other,
    goAway,
  }) => {
    await other.hold(`${folder}/a`, "1").published;
    const { until } = listenTo(store);
    await until(has({ a: "1" }));
    const comeBack = await goAway();
    const stale = await until(({ state }) => state === "stale");
    assert.deepEqual([...stale.entries], [["a", "1"]]);
    assert.notEqual(stale.reason, "");
    await comeBack();
    await until((heard) => heard.state === "live" && has({ a: "1" })(heard));
    await other.hold(`${folder}/b`, "2").published;
    await until(has({ a: "1", b: "2" }));
  },

  "holds, updates and follows what was asked for while the engine was away": async ({
    store,
    other,
    goAway,
  }) => {
    const comeBack = await goAway();
    const { until } = listenTo(store);
    const lease = other.hold(`${folder}/a`, "1");
    const updated = other.update("/dubbo/mapping/s", () => "app");
    await comeBack();
    await Promise.all([lease.published, updated]);
    await until((heard) => heard.state === "live" && has({ a: "1" })(heard));
    await listenToEntry(store, "/dubbo/mapping/s").until(({ value }) => value === "app");
  },

  "tells a listener that was closed nothing more": async ({ store, other }) => {
    const [closed, open] = [listenTo(store), listenTo(store)];
    await Promise.all([closed.until(isLive), open.until(isLive)]);
    closed.close();
    closed.close();
    const heard = closed.count();
    await other.hold(`${folder}/a`, "1").published;
    await open.until(has({ a: "1" }));
    assert.equal(closed.count(), heard);
  },

  "takes back what it holds when it is closed, and leaves what lasts": async ({ store, other }) => {
    const { until } = listenTo(store);
    await other.hold(`${folder}/a`, "1").published;
    await other.update("/dubbo/mapping/s", () => "app");
    await until(has({ a: "1" }));
    await Promise.all([other.close(), other.close()]);
    await until(has({}));
    await listenToEntry(store, "/dubbo/mapping/s").until(({ value }) => value === "app");
  },

  "lets go of an update when it is closed while the engine is away": async ({ store, goAway }) => {
    const comeBack = await goAway();
    const updated = store.update("/dubbo/mapping/s", () => "app");
    await store.close();
    await updated;
    await comeBack();
  },
};

interface Heard {
  readonly entries: ReadonlyMap<string, string>;
  readonly state: RegistryState;
  readonly reason: string;
}

interface Listener<T> {
  /** What was heard last if it fits, else the next that does. */
  until(fits: (heard: T) => boolean): Promise<T>;
  count(): number;
  close(): void;
}

function listenTo(store: EntryStore): Listener<Heard> {
  return listen((tell) =>
    store.follow(folder, (entries, state, reason) => tell({ entries, state, reason })),
  );
}

function listenToEntry(store: EntryStore, key: string) {
  return listen<{ value: string | undefined; state: RegistryState }>((tell) =>
    store.followEntry(key, (value, state) => tell({ value, state })),
  );
}

function listen<T>(follow: (tell: (heard: T) => void) => { close(): void }): Listener<T> {
  const waiting = new Set<() => void>();
  let last: T | undefined;
  let count = 0;
  const followed = follow((heard) => {
    last = heard;
    count++;
    for (const look of waiting) look();
  });
  return {
    until: (fits) =>
      new Promise((resolve) => {
        const look = () => {
          if (last === undefined || !fits(last)) return;
          waiting.delete(look);
          resolve(last);
        };
        waiting.add(look);
        look();
      }),
    count: () => count,
    close: () => followed.close(),
  };
}

function isLive({ state }: Heard): boolean {
  return state === "live";
}

function has(wanted: Readonly<Record<string, string>>) {
  return ({ entries }: Heard): boolean => {
    const names = Object.keys(wanted);
    return (
      entries.size === names.length && names.every((name) => entries.get(name) === wanted[name])
    );
  };
}
