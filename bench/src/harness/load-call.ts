import type { EchoClient } from "../contestant.js";
import type { LoadScenario } from "../scenarios.js";
import { randomText } from "./random.js";

/** Makes the function that a lane calls over and over. Streams check that every message has come. */
export function callOf(scenario: LoadScenario, client: EchoClient): () => Promise<unknown> {
  const { messagesPerCall } = scenario;
  const text = randomText(scenario.textBytes);
  switch (scenario.call) {
    case "unary":
      return () => client.unary({ text });
    case "download":
      return () => client.download({ text, count: messagesPerCall }).then(sameAs(messagesPerCall));
    case "upload":
      return () => client.upload({ text }, messagesPerCall).then(sameAs(messagesPerCall));
    case "ping-pong":
      return () => client.pingPong({ text }, messagesPerCall).then(sameAs(messagesPerCall));
  }
}

/** Makes one unary call of the scenario's size and compares the text that comes back. */
export async function checkAnswer(client: EchoClient, scenario: LoadScenario): Promise<void> {
  const text = randomText(scenario.textBytes);
  const answer = await client.unary({ text });
  if (answer.text !== text) throw new Error("the answer has another text than the request");
}

function sameAs(expected: number): (messages: number) => void {
  return (messages) => {
    if (messages !== expected) throw new Error(`${messages} messages came, not ${expected}`);
  };
}
