/**
 * Finds what a TypeScript text imports: `import`, `export … from`, `import "…"` and `import("…")`.
 *
 * Shape: `kind` is "static", "type" (gone when the program runs), "bare" (`import "…"`) or "dynamic".
 */
export function findImports(text) {
  return forms.flatMap(({ kind, form }) =>
    [...text.matchAll(form)].map(({ groups }) => ({
      kind: groups.type ? "type" : kind,
      spec: groups.spec,
    })),
  );
}

const forms = [
  {
    kind: "static",
    form: /^(?:import|export)\s+(?<type>type\s)?[^"';]*?from\s+["'](?<spec>[^"']+)["']/gm,
  },
  { kind: "bare", form: /^\s*import\s*(?<type>)["'](?<spec>[^"']+)["']/gm },
  { kind: "dynamic", form: /(?<![.\w])import\s*\(\s*(?<type>)["'`](?<spec>[^"'`]+)["'`]/g },
];
