import type { KeepEvent, Snapshot } from "@thrice/core";
import { endpoint } from "../testing/call-bench.js";
import { keepEndpoints } from "./keep-endpoints.js";

const snapshot = (...names: string[]): Snapshot => ({
  endpoints: names.map((name) => endpoint(name)),
  advertised: {},
});

/** A directory that says what `said` holds, or fails with it; and what is told of it. */
function kept() {
  const said: { now: Snapshot | Error } = { now: snapshot() };
  const told: KeepEvent[] = [];
  const snapshotNow = () => {
    if (said.now instanceof Error) throw said.now;
    return said.now;
  };
  const directory = keepEndpoints(
    { snapshot: snapshotNow },
    { onKeep: (event) => told.push(event) },
  );
  return { said, told, directory };
}

test("snapshots pass as they are, and so does an empty one before any other", () => {
  const { said, told, directory } = kept();
  expect(directory.snapshot()).toBe(said.now);
  said.now = snapshot("a");
  expect(directory.snapshot()).toBe(said.now);
  said.now = snapshot("b");
  expect(directory.snapshot()).toBe(said.now);
  expect(told).toEqual([]);
});

test.each([
  { title: "empty", now: snapshot(), reason: "the directory knows no endpoint any more" },
  { title: "an error", now: new Error("gone"), reason: "the directory failed: Error: gone" },
])("an update that is $title is not heeded, and told once", ({ now, reason }) => {
  const { said, told, directory } = kept();
  const before = snapshot("a", "b");
  said.now = before;
  directory.snapshot();
  said.now = now;
  expect(directory.snapshot()).toBe(before);
  expect(directory.snapshot()).toBe(before);
  expect(told).toEqual([{ kept: 2, reason }]);
  said.now = before;
  expect(directory.snapshot()).toBe(before);
  said.now = now;
  directory.snapshot();
  expect(told).toHaveLength(2);
  said.now = snapshot("c");
  expect(directory.snapshot()).toBe(said.now);
});

test("a directory that fails before it knew anything fails the call", () => {
  const { said, directory } = kept();
  said.now = new Error("not yet");
  expect(() => directory.snapshot()).toThrow("not yet");
});
