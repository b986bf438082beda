/** Which applications provide an interface: names separated by commas. @see dubbo-go metadata/report/mapping.go */

/** The names in an entry. */
export function readMapping(text: string | undefined): readonly string[] {
  const names = (text ?? "").split(",").map((name) => name.trim());
  return [...new Set(names.filter((name) => name !== "" && !name.includes("/")))];
}

/** The entry with this name in it too; undefined if it is there already. */
export function addToMapping(text: string | undefined, name: string): string | undefined {
  if (text === undefined || text === "") return name;
  return readMapping(text).includes(name) ? undefined : `${text},${name}`;
}
