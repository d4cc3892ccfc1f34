/** ffjavascript's bn128 as data, from which a thread makes an instance of its own (`openCurve`). */
export interface CurveModule {
  readonly code: Uint8Array;
  /** Addresses of the generators. */
  readonly g1Generator: number;
  readonly g2Generator: number;
  /** First address that the module leaves free. */
  readonly firstFree: number;
}

/**
 * Builds the module. For the main thread only: ffjavascript, when imported in a worker thread, takes it
 * for one of its own and fails; so workers are handed the result.
 */
export async function loadCurveModule(): Promise<CurveModule> {
  // Here, since few who import this module come so far: a hundred files take a while to load.
  const { keptCurve } = await import("../backend/kept-curve.ts");
  const { tm } = await keptCurve(true);
  return {
    code: tm.code,
    g1Generator: tm.pG1gen,
    g2Generator: tm.pG2gen,
    firstFree: tm.initalPFree,
  };
}
