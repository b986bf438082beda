import preset from "../../jest.preset.mjs";

export default { ...preset, displayName: "otel", rootDir: import.meta.dirname };
