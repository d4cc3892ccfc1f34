/** The error that an asynchronous piece of work ends with; fails the test if it succeeds. */
export async function refusalOf(work: Promise<unknown>): Promise<Error & { code: string; path: string }> {
  try {
    await work;
  } catch (error) {
    return error as Error & { code: string; path: string };
  }
  throw new Error("it should have been refused");
}
