import preset from "../../jest.preset.mjs";

export default { ...preset, displayName: "codegen", rootDir: import.meta.dirname };
