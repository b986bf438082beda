import { formatInstance, readInstance, type ServiceInstance } from "./service-instance.js";

const instance: ServiceInstance = {
  application: "shop",
  host: "10.0.0.1",
  port: 20_000,
  metadata: { "dubbo.metadata.revision": "r", "dubbo.tag": "gray", weight: "50" },
};

test.each(["plain", "curator"] as const)("an instance reads as it was written: %s", (form) => {
  expect(readInstance("shop", formatInstance(instance, form))).toEqual({ ok: true, instance });
});

test.each([
  {
    writer: "Dubbo-go in etcd",
    text: '{"ID":"10.0.0.1:20000","ServiceName":"shop","Host":"10.0.0.1","Port":20000,"Weight":0,"Enable":true,"Healthy":true,"Metadata":{"dubbo.metadata.revision":"r"},"ServiceMetadata":null,"Address":"","GroupName":"","Tag":"gray"}',
  },
  {
    writer: "Dubbo for Java in etcd",
    text: '{"id":"10.0.0.1:20000","serviceName":"shop","host":"10.0.0.1","port":20000,"enabled":true,"healthy":true,"metadata":{"dubbo.metadata.revision":"r","dubbo.tag":"gray"}}',
  },
  {
    writer: "both in ZooKeeper",
    text: '{"name":"shop","id":"10.0.0.1:20000","address":"10.0.0.1","port":20000,"sslPort":null,"payload":{"@class":"org.apache.dubbo.registry.zookeeper.ZookeeperInstance","id":"10.0.0.1:20000","name":"shop","metadata":{"dubbo.metadata.revision":"r"}},"registrationTimeUTC":1,"tag":"gray"}',
  },
])("an instance reads as $writer writes it", ({ text }) => {
  const metadata = { "dubbo.metadata.revision": "r", "dubbo.tag": "gray" };
  expect(readInstance("shop", text)).toEqual({ ok: true, instance: { ...instance, metadata } });
});

test.each([
  { text: "", reason: "it is no JSON object" },
  { text: "[]", reason: "it is no JSON object" },
  { text: '{"host":7,"port":1}', reason: "its host is 7" },
  { text: '{"host":"a b","port":1}', reason: 'its host is "a b"' },
  { text: '{"host":"0.0.0.0","port":1}', reason: 'its host is "0.0.0.0"' },
  { text: '{"host":"a"}', reason: "its port is missing" },
  { text: '{"host":"a","port":70000}', reason: "its port is 70000" },
  { text: '{"host":"a","port":1,"enabled":false}', reason: "" },
])("no instance is made of '$text'", ({ text, reason }) => {
  expect(readInstance("shop", text)).toEqual({ ok: false, reason });
});

test("an instance cannot change what every object inherits", () => {
  const text = '{"host":"a","port":1,"metadata":{"__proto__":"x","a":"b","c":{}}}';
  expect(readInstance("shop", text)).toMatchObject({ instance: { metadata: { a: "b" } } });
});
