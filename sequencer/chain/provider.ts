/**
 * A connection to L1 that neither caches nor waits for ever, by one of several nodes at a time. The next one is asked when
 * one gives no answer, shows another chain, or when whoever asks finds its answers of no use; nobody goes back to one before
 * it is its turn again, or the view of the chain would change with every hiccup.
 */
import { FetchRequest, type JsonRpcPayload, JsonRpcProvider, type JsonRpcResult, Network } from "ethers";
import { RPC_TIMEOUT_MS } from "./limits.ts";
import type { ChainLog } from "./log.ts";
import type { Endpoints } from "./turning.ts";

type Payload = JsonRpcPayload | JsonRpcPayload[];

/** A block that every node of the right chain has. */
export interface KnownBlock {
  readonly number: number;
  readonly hash: string;
}

/** One node's; for tests and tools as well. */
export function l1Provider(url: string, chainId: bigint): JsonRpcProvider {
  const request = new FetchRequest(url);
  request.timeout = RPC_TIMEOUT_MS;
  // A cached answer may be from before a reorganisation.
  return new JsonRpcProvider(request, chainId, { staticNetwork: Network.from(chainId), cacheTimeout: -1 });
}

export interface EndpointsOptions {
  /** At least one. */
  readonly urls: readonly string[];
  readonly chainId: bigint;
  /** By it an endpoint is known to serve this chain. With a single endpoint whoever reads the chain sees to that (anchor.ts). */
  readonly known: KnownBlock;
  readonly log: Pick<ChainLog, "warn">;
}

export class EndpointsProvider extends JsonRpcProvider implements Endpoints {
  turns = 0;
  private readonly nodes: readonly JsonRpcProvider[];
  private readonly known: KnownBlock;
  private readonly log: EndpointsOptions["log"];
  private readonly urls: readonly string[];
  private readonly checked = new Set<number>();
  private at = 0;

  constructor({ urls, chainId, known, log }: EndpointsOptions) {
    super(urls[0], chainId, { staticNetwork: Network.from(chainId), cacheTimeout: -1 });
    this.nodes = urls.map((url) => l1Provider(url, chainId));
    this.urls = urls;
    this.known = known;
    this.log = log;
  }

  turn(why: unknown): void {
    this.turnFrom(this.at, why);
  }

  /** What one endpoint does not answer another one may. Throws the last one's error when none does. */
  override async _send(payload: Payload): Promise<JsonRpcResult[]> {
    for (let left = this.nodes.length; ; left--) {
      const asked = this.at;
      try {
        await this.check(asked);
        return await this.nodes[asked]!._send(payload);
      } catch (error) {
        this.turnFrom(asked, error);
        if (left === 1) throw error;
      }
    }
  }

  override destroy(): void {
    for (const node of this.nodes) node.destroy();
    super.destroy();
  }

  /** Others may have turned from it meanwhile. */
  private turnFrom(asked: number, why: unknown): void {
    if (this.nodes.length === 1 || this.at !== asked) return;
    this.at = (asked + 1) % this.nodes.length;
    this.turns += 1;
    this.log.warn(
      { err: why, before: this.urls[asked], endpoint: this.urls[this.at] },
      "L1 is asked at another endpoint",
    );
  }

  private async check(asked: number): Promise<void> {
    if (this.nodes.length === 1 || this.checked.has(asked)) return;
    const params = [`0x${this.known.number.toString(16)}`, false];
    const question = { id: 1, jsonrpc: "2.0", method: "eth_getBlockByNumber", params } as const;
    const [answer] = (await this.nodes[asked]!._send(question)) as { result?: { hash?: string } | null }[];
    const hash = answer?.result?.hash;
    if (hash !== this.known.hash)
      throw new Error(
        `this endpoint has ${hash === undefined ? "no" : "another"} block ${this.known.number}: it serves another chain, or is far behind`,
      );
    this.checked.add(asked);
  }
}
