/** Batches: how far they have come, and all that it takes to rebuild and to prove them. */
import { type Static, Type } from "typebox";
import { headerWords } from "../batch/header.ts";
import { wordToHex } from "../exchange/word.ts";
import type { BatchView } from "../store/settlement.ts";
import { ApiError } from "./api-error.ts";
import { BatchReply, batchReply } from "./batch-view.ts";
import { HeavyReads } from "./heavy-reads.ts";
import { BATCHES_PER_SLICE } from "./limits.ts";
import type { ApiParts } from "./ports.ts";
import { Closed, Decimal, ERRORS, Index, Nullable, pageOf, pageQuery, WordHex } from "./schemas.ts";
import type { ApiServer } from "./server-type.ts";
import { beforeHistory } from "./unknown.ts";

const BatchNumber = Closed({ number: Index });

const DetailReply = Type.Object({
  ...BatchReply.properties,
  headerWords: Type.Array(WordHex),
  words: Type.Array(WordHex, { description: "Request words with outcomes, as posted" }),
});

const AuthorityReply = Type.Object({
  publicKey: Type.Object({ x: Decimal, y: Decimal }),
  signature: Type.Object({ r8x: Decimal, r8y: Decimal, s: Decimal }),
});

const DataReply = Type.Object({
  number: Index,
  headerWords: Type.Array(WordHex),
  commitment: Decimal,
  steps: Type.Array(Type.Object({ word: WordHex, authority: Nullable(AuthorityReply) }), {
    description: "One entry per step used; a step that consumed no word has the zero word",
  }),
});

export function batchRoutes(server: ApiServer, { sequencer }: ApiParts): void {
  const heavy = new HeavyReads();

  async function batchView(number: number): Promise<BatchView> {
    const view = await sequencer.batchView(number);
    if (view !== undefined) return view;
    const { history } = sequencer;
    if (number >= 1 && number < history.firstBatch) throw beforeHistory(history, { batch: number });
    throw new ApiError("noSuchBatch", { batch: number });
  }

  async function batchData(number: number): Promise<Static<typeof DataReply>> {
    const view = await batchView(number);
    const job = await sequencer.jobs.job(number);
    if (job === undefined) throw new ApiError("noSuchBatch", { batch: number });
    return {
      number,
      headerWords: headerWords(view.header).map(wordToHex),
      commitment: String(view.commitment),
      steps: job.steps.map(({ word, authority }) => ({
        word: wordToHex(word),
        authority: authority && {
          publicKey: { x: String(authority.publicKey[0]), y: String(authority.publicKey[1]) },
          signature: {
            r8x: String(authority.signature.r8[0]),
            r8y: String(authority.signature.r8[1]),
            s: String(authority.signature.s),
          },
        },
      })),
    };
  }

  server.get(
    "/v1/batches",
    {
      schema: {
        summary: "Batches in their order",
        tags: ["batches"],
        querystring: Closed(pageQuery),
        response: { 200: Type.Object({ batches: Type.Array(BatchReply), next: Index }), ...ERRORS },
      },
    },
    async ({ query }) => {
      const { from, limit } = pageOf(query);
      const end = Math.min(from + limit - 1, sequencer.latestBatch());
      const slices: (() => Promise<BatchView[]>)[] = [];
      for (let first = from; first <= end; first += BATCHES_PER_SLICE)
        slices.push(() =>
          Promise.all(range(first, Math.min(first + BATCHES_PER_SLICE - 1, end)).map(batchView)),
        );
      const views = (await heavy.read(slices)).flat();
      return { batches: views.map(batchReply), next: from + views.length };
    },
  );

  server.get(
    "/v1/batches/:number",
    {
      schema: {
        summary: "A batch with its words and L1 transactions",
        tags: ["batches"],
        params: BatchNumber,
        response: { 200: DetailReply, ...ERRORS },
      },
    },
    async ({ params }) => {
      const view = await batchView(params.number);
      return {
        ...batchReply(view),
        headerWords: headerWords(view.header).map(wordToHex),
        words: view.words.map(wordToHex),
      };
    },
  );

  server.get(
    "/v1/batches/:number/data",
    {
      schema: {
        summary: "Words and signatures of a batch: enough to replay and to prove it",
        tags: ["batches"],
        params: BatchNumber,
        response: { 200: DataReply, ...ERRORS },
      },
    },
    async ({ params }) => (await heavy.read([() => batchData(params.number)]))[0]!,
  );
}

/** Both included. */
const range = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, i) => first + i);
