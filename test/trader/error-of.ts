import { TraderError } from "../../trader/sdk/trader-error.ts";

/** The SDK's error that something ends with; whatever else it throws is thrown on. */
export async function errorOf(work: Promise<unknown>): Promise<TraderError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof TraderError) return error;
    throw error;
  }
  throw new Error("nothing thrown");
}
