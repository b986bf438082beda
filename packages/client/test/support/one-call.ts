/** A program that makes one call, and forgets to close its client: `one-call.ts <url> [tls]`. */
import { newClient } from "@thrice/client";
import { newKindsService } from "../gen/kinds/kinds_thrice.js";

const [url = "", tls] = process.argv.slice(2);
const client = newClient({ url, tls: tls === "tls" });
const { text } = await newKindsService(client).unary({ text: "hi" });
console.log(text);
