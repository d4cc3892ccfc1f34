/** A connection to an L1 node that fails by chance: the call did not get there, or its answer was lost. */
import { PromptProvider } from "./prompt-provider.ts";

export class FlakyProvider extends PromptProvider {
  private readonly fails: () => "before" | "after" | "not";

  constructor(url: string, chainId: bigint, fails: () => "before" | "after" | "not") {
    super(url, chainId);
    this.fails = fails;
  }

  override async send(method: string, params: unknown[] | Record<string, unknown>): Promise<unknown> {
    const failure = this.fails();
    if (failure === "before") throw new Error(`${method} did not get there`);
    const answer = await super.send(method, params);
    if (failure === "after") throw new Error(`the answer to ${method} was lost`);
    return answer;
  }
}
