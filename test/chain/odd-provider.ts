/** A connection to an L1 node that answers otherwise than the node itself would. */
import { PromptProvider } from "./prompt-provider.ts";

export type Params = unknown[] | Record<string, unknown>;

export class OddProvider extends PromptProvider {
  /** What is answered instead of `answer`; may throw. */
  instead: (method: string, answer: unknown, params: Params) => unknown = (_, answer) => answer;

  override async send(method: string, params: Params): Promise<unknown> {
    return this.instead(method, await super.send(method, params), params);
  }
}
