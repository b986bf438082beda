/** A process that publishes a provider, and says so. */
import { zookeeperRegistry } from "@thrice/registry-zookeeper";

const [members = ""] = process.argv.slice(2);
const registry = zookeeperRegistry({ members, sessionTimeoutMs: 1_000 });
await registry.register({
  service: "greet.GreetService",
  group: "",
  version: "",
  address: { host: "10.0.0.9", port: 20_000, params: {} },
  methods: ["Greet"],
}).published;
process.stdout.write("published\n");
