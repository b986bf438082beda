/**
 * Reads `subjectAltName` as Node.js writes it: `DNS:a.test, IP Address:10.0.0.1, URI:"spiffe://a/b\u002cc"`. A value with a
 * sign that could be taken for the end of it is quoted as in JSON.
 *
 * @returns the values by kind, in their order.
 */
export function parseAltNames(text: string): ReadonlyMap<string, readonly string[]> {
  const names = new Map<string, string[]>();
  for (const [, kind = "", quoted, plain = ""] of text.matchAll(entry)) {
    const value = quoted === undefined ? plain : unquote(quoted);
    const values = names.get(kind) ?? [];
    values.push(value);
    names.set(kind, values);
  }
  return names;
}

const entry = /(?:^|, )([^:,"]+):(?:("(?:[^"\\]|\\.)*")|([^,"]*))(?=, |$)/g;

/** What cannot be read stays as it came: a name that nobody has. */
function unquote(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch {
    return quoted;
  }
}
