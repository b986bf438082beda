import { checkEvents } from "./check-events.js";

test("an object of a class may have fields of its own beside its listeners", () => {
  class Count {
    ejections = 0;
    onEject() {
      this.ejections++;
    }
  }
  const count = new Count();
  expect(checkEvents(count)).toBe(count);
});

test.each([
  { value: null, says: "events must be an object, got null" },
  { value: { onEject: "log" }, says: "events.onEject must be a function, got 'log'" },
  { value: { ejections: 0 }, says: "events: unknown option 'ejections'" },
])("$value is refused: $says", ({ value, says }) => {
  expect(() => checkEvents(value as never)).toThrow(says);
});
