import { describeThrown } from "./describe-thrown.js";

test.each([
  { thrown: new RangeError("off by one"), text: "RangeError: off by one" },
  { thrown: "text", text: "text" },
  { thrown: undefined, text: "undefined" },
  { thrown: Object.create(null), text: "[Object: null prototype] {}" },
])("renders what was thrown as $text", ({ thrown, text }) => {
  expect(describeThrown(thrown)).toBe(text);
});
