#!/usr/bin/env node
import { loadProgram } from "../../sequencer/programs/load.mjs";

await loadProgram(new URL("./main.ts", import.meta.url));
