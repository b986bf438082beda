import { resolveZookeeperOptions, type ZookeeperRegistryOptions } from "./zookeeper-options.js";

const members = "10.0.0.1:2181";

test.each<{ given: ZookeeperRegistryOptions["members"]; members: string[]; chroot: string }>([
  { given: members, members: ["10.0.0.1:2181"], chroot: "" },
  { given: "a,b:1, c/prod/eu/", members: ["a:2181", "b:1", "c:2181"], chroot: "/prod/eu" },
  { given: ["a", "[::1]:2"], members: ["a:2181", "::1:2"], chroot: "" },
  { given: ["a/prod", "b/prod"], members: ["a:2181", "b:2181"], chroot: "/prod" },
  { given: "zookeeper://a:1", members: ["a:1"], chroot: "" },
])("members $given are $members below '$chroot'", ({ given, members: read, chroot }) => {
  const resolved = resolveZookeeperOptions({ members: given });
  expect(resolved.members.map(({ host, port }) => `${host}:${port}`)).toEqual(read);
  expect(resolved.chroot).toBe(chroot);
});

test.each<{ title: string; options: Partial<ZookeeperRegistryOptions>; acl: unknown }>([
  { title: "open without a user", options: {}, acl: [{ scheme: "world", id: "anyone", bits: 31 }] },
  {
    title: "the creator's with a user",
    options: { username: "a", password: "b" },
    acl: [{ scheme: "auth", id: "", bits: 31 }],
  },
  {
    title: "what a list says",
    options: { acl: [{ scheme: "ip", id: "10.0.0.0/8", permissions: "rrw" }] },
    acl: [{ scheme: "ip", id: "10.0.0.0/8", bits: 3 }],
  },
])("nodes are $title", ({ options, acl }) => {
  expect(resolveZookeeperOptions({ members, ...options }).acl).toEqual(acl);
});

test("a session lasts 8 s unless it is told otherwise", () => {
  expect(resolveZookeeperOptions({ members }).sessionTimeoutMs).toBe(8_000);
  expect(resolveZookeeperOptions({ members, sessionTimeoutMs: 1_000 }).sessionTimeoutMs).toBe(
    1_000,
  );
});

test.each([
  { title: "no members", options: {}, says: "members must be text such as" },
  { title: "an empty list", options: { members: [] }, says: "members names no member" },
  { title: "a wrong port", options: { members: "a:0" }, says: "port of url 'a:0'" },
  { title: "a place without a host", options: { members: "a,,b" }, says: "url has no host" },
  { title: "a socket", options: { members: "unix:a:1" }, says: "members must be host:port" },
  {
    title: "different paths",
    options: { members: ["a/x", "b/y"] },
    says: "members end in different paths",
  },
  { title: "an empty name", options: { members: "a/x//y" }, says: "must be names between slashes" },
  {
    title: "a name of dots",
    options: { members: "a/x/.." },
    says: "must be names between slashes",
  },
  {
    title: "a name alone",
    options: { members, username: "a" },
    says: "username, without a colon, and password go together",
  },
  { title: "creator without a user", options: { members, acl: "creator" }, says: "needs username" },
  { title: "a wrong acl", options: { members, acl: "all" }, says: 'acl must be "open"' },
  {
    title: "wrong letters",
    options: { members, acl: [{ scheme: "world", id: "anyone", permissions: "rx" }] },
    says: 'letters of "cdrwa"',
  },
  {
    title: "a session of 1 ms",
    options: { members, sessionTimeoutMs: 1 },
    says: "sessionTimeoutMs must be a whole number from 1000",
  },
  { title: "wrong TLS", options: { members, tls: "yes" }, says: "tls must be true, false" },
  { title: "a wrong logger", options: { members, logger: 1 }, says: "logger must be a logger" },
  { title: "a misspelt name", options: { membres: members }, says: "did you mean 'members'?" },
])("zookeeperRegistry refuses $title", ({ options, says }) => {
  expect(() => resolveZookeeperOptions(options as never)).toThrow(says);
});
