import { resolveLayout } from "./layout-options.js";

test("both layouts are used once the application has a name", () => {
  expect(resolveLayout({})).toMatchObject({
    register: "interface",
    lookUp: "both",
    consumers: false,
  });
  expect(resolveLayout({ application: "shop" })).toMatchObject({
    register: "both",
    consumers: true,
  });
});

test.each([
  { options: { root: "a/b" }, says: "root must be a name without blanks and slashes" },
  { options: { application: "a,b" }, says: "application must be printable ASCII" },
  { options: { application: 7 }, says: "application must be printable ASCII" },
  { options: { register: "both" }, says: "register is 'both', which needs application" },
  { options: { register: "all" }, says: "register must be one of" },
  { options: { lookUp: "all" }, says: "lookUp must be one of 'both', 'interface', 'application'" },
  { options: { metadata: "far" }, says: "metadata must be one of 'local', 'remote'" },
  { options: { consumers: 1 }, says: "consumers must be true or false" },
  { options: { random: 1 }, says: "random must be a function" },
])("options $options are refused", ({ options, says }) => {
  expect(() => resolveLayout(options as never)).toThrow(says);
});
