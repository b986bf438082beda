import preset from "../../jest.preset.mjs";

export default { ...preset, displayName: "sample-load-limits", rootDir: import.meta.dirname };
