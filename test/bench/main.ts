/**
 * `npm run bench -- [--json] [--only part]`: measures and prints figures. Every module beside this file and
 * report.ts is a part: it exports `run(report)`; what it needs lies in folders.
 */
import { readdirSync } from "node:fs";
import { Command } from "commander";
import { allowUnreadOutput } from "../../sequencer/programs/unread-output.ts";
import { printJson, printReadable, type Report } from "./report.ts";

interface Part {
  run(report: Report): void | Promise<void>;
}

// Whatever was started for a part is ended by it, also when nobody reads its figures.
allowUnreadOutput();
const here = new URL("./", import.meta.url);
const parts = readdirSync(here)
  .filter((file) => file.endsWith(".ts") && !["main.ts", "report.ts"].includes(file))
  .map((file) => file.slice(0, -".ts".length))
  .sort();

const program = new Command("bench")
  .description(`Measures: ${parts.join(", ")}`)
  .option("--json", "print one JSON object a line instead of a table")
  .option("--only <part>", "measure one part")
  .parse();
const { json, only } = program.opts<{ json?: boolean; only?: string }>();
if (only !== undefined && !parts.includes(only))
  program.error(`there is no part ${only}; parts are ${parts.join(", ")}`);

for (const part of only === undefined ? parts : [only]) {
  const { run } = (await import(new URL(`${part}.ts`, here).href)) as Part;
  await run(json === true ? printJson : printReadable);
}
