import { NonceMemory } from "./nonce-memory.js";

test("knows again what was used within its time, also across generations", () => {
  const memory = new NonceMemory(100, 10);
  expect(memory.use("a", 0)).toBe("new");
  expect(memory.use("b", 99)).toBe("new");
  expect(memory.use("b", 100)).toBe("used");
  expect(memory.use("b", 198)).toBe("used");
});

test("forgets all after twice its time", () => {
  const memory = new NonceMemory(100, 10);
  memory.use("a", 0);
  expect(memory.use("c", 250)).toBe("new");
  expect(memory.use("a", 251)).toBe("new");
});

test("takes no more than it may hold, and goes on when the older ones are gone", () => {
  const memory = new NonceMemory(100, 2);
  expect(["a", "b", "c"].map((nonce) => memory.use(nonce, 0))).toEqual(["new", "new", "full"]);
  expect(memory.use("c", 100)).toBe("new");
});

test("a clock that is set back does no harm", () => {
  const memory = new NonceMemory(100, 10);
  memory.use("a", 1_000);
  expect(memory.use("a", 500)).toBe("used");
});
