/** Started and killed by a test: a builder that has written a file and never ends. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureArtefacts } from "../../circuits/compile/artefacts.ts";

const root = process.argv[2] as string;
await ensureArtefacts({
  directory: join(root, "thing-1"),
  kind: "thing",
  name: "thing",
  hash: "1",
  build: async (into) => {
    await writeFile(join(into, "data"), "half of the pre");
    console.log("building");
    await new Promise((resolve) => setTimeout(resolve, 600_000));
    return {};
  },
});
