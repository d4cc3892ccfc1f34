#!/usr/bin/env node
// The package is TypeScript as it is: tsx is registered first, from wherever the command is called.
import { register } from "tsx/esm/api";
// Before tsx is: without its hooks the package's many files load in half the time.
import "ethers";

register();
await import("./main.ts");
