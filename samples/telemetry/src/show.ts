import type { ReadableSpan } from "@opentelemetry/sdk-trace";

/** A trace as lines, each child beneath its parent. */
export function linesOfTrace(spans: readonly ReadableSpan[], parent?: ReadableSpan): string[] {
  return spans
    .filter((span) => span.parentSpanContext?.spanId === parent?.spanContext().spanId)
    .flatMap((span) => {
      const { attributes: about } = span;
      const facts = ["rpc.response.status_code", "thrice.attempt.reason", "server.port"]
        .map((key) => about[key])
        .filter((fact) => fact !== undefined);
      const children = linesOfTrace(spans, span).map((line) => `  ${line}`);
      return [`${span.name}: ${facts.join(", ")}`, ...children];
    });
}

/** The lines of a page of metrics that begin with one of `names`, without what tells the library. */
export async function readPage(url: string, names: readonly string[]): Promise<string[]> {
  const text = await (await fetch(url)).text();
  return text
    .split("\n")
    .filter((line) => names.some((name) => line.startsWith(`${name}{`)))
    .map((line) => line.replace(/,?otel_scope_name="sample"/, ""));
}
