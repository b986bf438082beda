/** A program that makes one call of each kind of life, and forgets to close its client. */
import { newClient } from "@thrice/client";
import { newKindsService } from "../gen/kinds/kinds_thrice.js";

const client = newClient({ url: process.argv[2] ?? "" });
const { text } = await newKindsService(client).unary({ text: "hi" });
console.log(text);
