import { addToMapping, readMapping } from "./mapping.js";

test.each([
  { text: undefined, names: [] },
  { text: "", names: [] },
  { text: "shop", names: ["shop"] },
  { text: "shop, order,,shop", names: ["shop", "order"] },
  { text: "a/b,shop", names: ["shop"] },
])("the mapping '$text' names $names", ({ text, names }) => {
  expect(readMapping(text)).toEqual(names);
});

test.each([
  { text: undefined, becomes: "order" },
  { text: "", becomes: "order" },
  { text: "order-service", becomes: "order-service,order" },
  { text: "shop,order", becomes: undefined },
])("with order in it, the mapping '$text' becomes '$becomes'", ({ text, becomes }) => {
  expect(addToMapping(text, "order")).toBe(becomes);
});
