/** The command line, checked, before anything is asked of anybody. */
import { randomBytes } from "node:crypto";
import { hostname } from "node:os";
import type { ProverBackend } from "../backend/backend.ts";
import { externalBackend } from "../backend/external-backend.ts";
import { ProverError } from "../backend/prover-error.ts";
import { snarkjsBackend } from "../backend/snarkjs-backend.ts";

export interface ProveOptions {
  readonly once?: boolean;
  readonly watch?: boolean;
  /** One or several nodes of the same exchange. */
  readonly api: readonly string[];
  readonly token?: string;
  readonly artefacts?: string;
  readonly backend: string;
  readonly proverProgram?: string;
  readonly worker?: string;
  readonly leaseSeconds: string;
  readonly json?: boolean;
}

const bad = (message: string): ProverError => new ProverError("badSetting", message);

export function modeOf({ once, watch }: ProveOptions): "once" | "watch" {
  if ((once ?? false) === (watch ?? false)) throw bad("say either --once or --watch");
  return once === true ? "once" : "watch";
}

/** The node that is asked, and those that are asked when it does not answer. */
export function apisOf({ api }: ProveOptions): readonly [URL, ...URL[]] {
  const [first, ...others] = api.map(apiOf);
  if (first === undefined) throw bad("--api names no node");
  return [first, ...others];
}

function apiOf(api: string): URL {
  const url = URL.canParse(api) ? new URL(api) : undefined;
  if (url === undefined || (url.protocol !== "http:" && url.protocol !== "https:"))
    throw bad(`--api is no http or https address: ${api}`);
  if (url.username !== "" || url.password !== "") throw bad("--api carries a password; use --token");
  return url;
}

/** Names of the node's own pattern; the default tells host and process, and is new with every start. */
export function workerOf({ worker }: ProveOptions): string {
  const host = hostname()
    .replace(/[^A-Za-z0-9._-]/g, "-")
    .slice(0, 32);
  const name = worker ?? `${host}:${process.pid}:${randomBytes(3).toString("hex")}`;
  if (!/^[A-Za-z0-9._:-]{1,64}$/.test(name))
    throw bad("--worker takes 1 to 64 letters, digits, dots, colons, dashes and underscores");
  return name;
}

export function leaseSecondsOf({ leaseSeconds }: ProveOptions): number {
  const seconds = Number(leaseSeconds);
  // A node grants 900 at most; below three, a renewal would be due every second.
  if (!Number.isInteger(seconds) || seconds < 3 || seconds > 900)
    throw bad("--lease-seconds takes a whole number from 3 to 900");
  return seconds;
}

export function backendOf({ backend, proverProgram }: ProveOptions): ProverBackend {
  if (backend === "snarkjs") {
    if (proverProgram !== undefined) throw bad("--prover-program needs --backend external");
    return snarkjsBackend();
  }
  if (backend !== "external") throw bad(`no such backend: ${backend}`);
  if (proverProgram === undefined)
    throw bad("--backend external needs --prover-program or PROOFBOOK_PROVER_PROGRAM");
  return externalBackend({ program: proverProgram });
}
