/**
 * A connection to an anvil whose transactions are in a block when it answers, unless mining is off. Anvil itself answers
 * before it has made the block, so on a busy machine a look right after sending would not see it.
 */
import { FetchRequest, JsonRpcProvider, Network } from "ethers";

/** Questions for one block: a request takes a fraction of a millisecond, a block some. */
const PATIENCE = 20_000;

export class PromptProvider extends JsonRpcProvider {
  constructor(url: string, chainId: bigint) {
    super(new FetchRequest(url), chainId, { staticNetwork: Network.from(chainId), cacheTimeout: -1 });
  }

  override async send(method: string, params: unknown[] | Record<string, unknown>): Promise<unknown> {
    const answer = await super.send(method, params);
    if (method === "eth_sendRawTransaction") await this.untilMined(answer);
    return answer;
  }

  private async untilMined(hash: unknown): Promise<void> {
    for (let i = 0; i < PATIENCE; i++) {
      if ((await super.send("eth_getTransactionReceipt", [hash])) !== null) return;
      if ((await super.send("anvil_getAutomine", [])) === false) return;
    }
    throw new Error(`${String(hash)} does not get into a block`);
  }
}
