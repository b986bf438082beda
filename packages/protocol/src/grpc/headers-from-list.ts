import type { HeaderList } from "@thrice/http2";

/** Converts fields off the wire; pseudo fields, and what no header may hold, are left out. */
export function headersFromList(list: HeaderList | undefined): Headers {
  const headers = new Headers();
  if (list === undefined) return headers;
  appendFields(headers, list.shared.fields);
  appendFields(headers, list.own);
  return headers;
}

function appendFields(headers: Headers, fields: readonly string[]): void {
  for (let i = 0; i < fields.length; i += 2) {
    const name = fields[i] as string;
    if (name.startsWith(":")) continue;
    try {
      headers.append(name, fields[i + 1] as string);
    } catch {
      // The peer sent bytes that no header may hold; the rest still counts.
    }
  }
}
