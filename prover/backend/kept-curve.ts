/**
 * The curve that snarkjs computes on. ffjavascript writes the WebAssembly of it anew in each process, for more than half a
 * second, most of which goes into making sure that two constants are prime; the package that it has this from also ships
 * the very bytes that come out (a test compares them).
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Bn128, CurveWasmModule } from "ffjavascript";

/** Of the twist's group, as ffjavascript has it. */
const COFACTOR_G2 = 0x30644e72e131a029b85045b68181585e06ceecda572a2489345f2299c0f9fa8dn;
const FIELD_BYTES = 32;

type BuildEngine = (parameters: object) => Promise<Bn128>;

/** snarkjs takes the curve that it finds here, and makes one with threads otherwise. */
const shared = globalThis as { curve_bn128?: Bn128 | null };

/** With threads, or for this very one. The caller ends the threads. */
export async function keptCurve(singleThread: boolean): Promise<Bn128> {
  // It empties the place where snarkjs looks when it is loaded, so that comes first.
  await import("ffjavascript");
  const root = dirname(dirname(createRequire(import.meta.url).resolve("ffjavascript")));
  const shipped = createRequire(join(root, "main.js"))("wasmcurves/build/bn128_wasm.js") as CurveWasmModule;
  const engine = (await import(pathToFileURL(join(root, "src/engine.js")).href)) as { default: BuildEngine };
  const curve = await engine.default({
    name: "bn128",
    // No Buffer, whose slices are no copies: each thread gets one for good.
    wasm: { ...shipped, code: new Uint8Array(Buffer.from(shipped.code, "base64")) },
    q: BigInt(shipped.q),
    r: BigInt(shipped.r),
    n8q: FIELD_BYTES,
    n8r: FIELD_BYTES,
    cofactorG2: COFACTOR_G2,
    singleThread,
  });
  curve.terminate = async () => {
    if (shared.curve_bn128 === curve) shared.curve_bn128 = null;
    if (!singleThread) await curve.tm.terminate();
  };
  return curve;
}

/** From now on snarkjs computes on it in this process. */
export async function shareCurve(singleThread: boolean): Promise<void> {
  shared.curve_bn128 ??= await keptCurve(singleThread);
}
