#!/usr/bin/env node
// The package is TypeScript as it is: tsx is registered first, from wherever the command is called.
import { register } from "tsx/esm/api";

register();
await import("./main.ts");
