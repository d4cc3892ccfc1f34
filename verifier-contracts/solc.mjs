#!/usr/bin/env node
// What forge (and build.ts) take for a native solc: two of its commands, answered by npm's WebAssembly build.
import { readFileSync } from "node:fs";
import solc from "solc";

if (process.argv.includes("--version")) {
  process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}\n`);
} else if (process.argv.includes("--standard-json")) {
  process.stdout.write(solc.compile(readFileSync(0, "utf8")));
} else {
  process.stderr.write("solc.mjs understands --version and --standard-json only\n");
  process.exitCode = 1;
}
