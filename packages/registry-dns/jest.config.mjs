import preset from "../../jest.preset.mjs";

export default { ...preset, displayName: "registry-dns", rootDir: import.meta.dirname };
