import type { EntryStore } from "../engine/entry-store.js";
import { memoryEntries } from "../testing/memory-entries.js";
import { FollowedRules } from "./followed-rules.js";

const key = "/dubbo/config/dubbo/shop.tag-router";

/** A store that counts what is followed. */
function countingStore(store: EntryStore) {
  const followed = jest.spyOn(store, "followEntry");
  return { store, count: () => followed.mock.calls.length };
}

/** Listens, and lets wait for what is heard. */
function listenTo(rules: FollowedRules) {
  const heard: (string | undefined)[] = [];
  const waiting = new Set<() => void>();
  const followed = rules.follow("shop.tag-router", (text) => {
    heard.push(text);
    for (const look of waiting) look();
  });
  const until = (text: string | undefined) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (heard.length > 0 && heard.at(-1) === text) resolve();
      };
      waiting.add(look);
      look();
    });
  return { heard, until, close: () => followed.close() };
}

test("a rule is followed once for all who listen, until the last one has closed", async () => {
  const engine = memoryEntries();
  const { store, count } = countingStore(engine.store());
  const rules = new FollowedRules(store, "/dubbo/config/dubbo", "shop");
  engine.put(key, "one");
  const first = listenTo(rules);
  await first.until("one");
  const second = listenTo(rules);
  await second.until("one");
  engine.put(key, "two");
  await Promise.all([first.until("two"), second.until("two")]);
  first.close();
  first.close();
  engine.put(key, undefined);
  await second.until(undefined);
  expect([first.heard, second.heard]).toEqual([
    ["one", "two"],
    ["one", "two", undefined],
  ]);
  expect(count()).toBe(1);
  second.close();
  const third = listenTo(rules);
  await third.until(undefined);
  expect(count()).toBe(2);
  rules.close();
  await store.close();
});

test("nothing is heard of a rule while its engine is away, nor twice of what stays", async () => {
  const engine = memoryEntries();
  const store = engine.store();
  const rules = new FollowedRules(store, "/dubbo/config/dubbo", "");
  engine.put(key, "one");
  const { heard, until } = listenTo(rules);
  await until("one");
  engine.goAway();
  engine.comeBack();
  engine.put(key, "two");
  await until("two");
  expect(heard).toEqual(["one", "two"]);
  rules.close();
  await store.close();
});
