import preset from "../../jest.preset.mjs";

export default { ...preset, displayName: "registry-dubbo", rootDir: import.meta.dirname };
