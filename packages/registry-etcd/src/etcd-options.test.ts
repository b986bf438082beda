import { type EtcdRegistryOptions, resolveEtcdOptions } from "./etcd-options.js";

const members = "http://10.0.0.1:2379";

test.each<{ given: EtcdRegistryOptions["members"]; members: readonly string[]; tls: boolean }>([
  { given: members, members: ["10.0.0.1:2379"], tls: false },
  { given: ["https://a", "https://b:1/"], members: ["a:2379", "b:1"], tls: true },
  { given: ["[::1]:1", "a"], members: ["[::1]:1", "a:2379"], tls: false },
])("members $given are $members, with TLS: $tls", ({ given, members: read, tls }) => {
  expect(resolveEtcdOptions({ members: given })).toMatchObject({ members: read, tls });
});

test("options of the layouts are taken along", () => {
  expect(resolveEtcdOptions({ members, root: "eu", application: "shop" }).layout).toMatchObject({
    root: "eu",
    application: "shop",
  });
});

test.each([
  { title: "no members", options: {}, says: "members must be text such as" },
  { title: "an empty list", options: { members: [] }, says: "members names no member" },
  { title: "a wrong port", options: { members: "http://a:0" }, says: "port of url 'a:0'" },
  {
    title: "mixed members",
    options: { members: ["http://a", "https://b"] },
    says: "members mix http:// and https://",
  },
  {
    title: "no TLS to https",
    options: { members: "https://a", tls: false },
    says: "tls is false, but",
  },
  {
    title: "a name alone",
    options: { members, username: "a" },
    says: "username and password go together",
  },
  { title: "a root with a slash", options: { members, root: "a/b" }, says: "root must be a name" },
  {
    title: "a namespace that is no text",
    options: { members, namespace: 1 },
    says: "namespace must be text",
  },
  {
    title: "a lease of 1 s",
    options: { members, leaseSeconds: 1 },
    says: "leaseSeconds must be a whole number from 2",
  },
  { title: "a wrong logger", options: { members, logger: 1 }, says: "logger must be a logger" },
  { title: "a misspelt name", options: { membres: members }, says: "did you mean 'members'?" },
])("etcdRegistry refuses $title", ({ options, says }) => {
  expect(() => resolveEtcdOptions(options as never)).toThrow(says);
});
