/**
 * A guard between the encryption and the multiplexer. Yamux waits for the whole of a data frame before it looks whether
 * the sender was allowed so many bytes, and a header may announce 4 GiB; it answers every ping; nothing bounds what the
 * layers below hold for a peer that does not read. So the headers are read here first.
 */

import type { ComponentLogger, MessageStream, StreamMuxer, StreamMuxerFactory } from "@libp2p/interface";
import { yamux } from "@libp2p/yamux";
import type { Clock } from "../node/settings.ts";
import {
  MAX_STREAMS_PER_CONNECTION,
  MAX_TRANSPORT_BUFFER_BYTES,
  MUXER_BUDGET,
  STREAM_WINDOW_BYTES,
} from "./limits.ts";
import { TokenBucket } from "./token-bucket.ts";

/** Version 1, type 1, flags 2, stream 4, length 4; only frames of type 0 have a body (the yamux specification). */
const HEADER_BYTES = 12;
const TYPE_DATA = 0;

export type MuxerFault = "frameTooLong" | "tooManyFrames";

/** Walks over yamux frames, looking only at headers. */
export class YamuxHeaders {
  private readonly header = new Uint8Array(HEADER_BYTES);
  private headerBytes = 0;
  private bodyLeft = 0;
  private readonly budget: TokenBucket;

  constructor(clock: Clock) {
    this.budget = new TokenBucket(MUXER_BUDGET.burst, MUXER_BUDGET.perSecond, clock);
  }

  push(chunk: Uint8Array): MuxerFault | null {
    for (let at = 0; at < chunk.length; ) {
      if (this.bodyLeft > 0) {
        const skipped = Math.min(this.bodyLeft, chunk.length - at);
        this.bodyLeft -= skipped;
        at += skipped;
        continue;
      }
      this.header[this.headerBytes++] = chunk[at++]!;
      if (this.headerBytes < HEADER_BYTES) continue;
      this.headerBytes = 0;
      if (!this.budget.take(1)) return "tooManyFrames";
      if (this.header[1] !== TYPE_DATA) continue;
      this.bodyLeft = new DataView(this.header.buffer).getUint32(8);
      if (this.bodyLeft > STREAM_WINDOW_BYTES) return "frameTooLong";
    }
    return null;
  }
}

export const guardedYamux =
  (clock: Clock, onFault: (fault: MuxerFault) => void) =>
  (_components: { readonly logger: ComponentLogger }): StreamMuxerFactory => {
    const factory = yamux({
      maxInboundStreams: MAX_STREAMS_PER_CONNECTION,
      maxOutboundStreams: MAX_STREAMS_PER_CONNECTION,
      streamOptions: {
        initialStreamWindowSize: 256 * 1024,
        maxStreamWindowSize: STREAM_WINDOW_BYTES,
        inactivityTimeout: 120_000,
        // A window cannot overflow it, also not one that was granted before the reader paused.
        maxReadBufferLength: 2 * STREAM_WINDOW_BYTES,
        maxWriteBufferLength: MAX_TRANSPORT_BUFFER_BYTES,
      },
    })();
    return {
      protocol: factory.protocol,
      createStreamMuxer: (connection) => guard(factory, connection, clock, onFault),
    };
  };

function guard(
  factory: StreamMuxerFactory,
  connection: MessageStream,
  clock: Clock,
  onFault: (fault: MuxerFault) => void,
): StreamMuxer {
  connection.maxWriteBufferLength = MAX_TRANSPORT_BUFFER_BYTES;
  const headers = new YamuxHeaders(clock);
  let faulty = false;
  // Listeners run in the order in which they were added: this one before the multiplexer's.
  connection.addEventListener("message", (event) => {
    if (faulty) return event.stopImmediatePropagation();
    for (const part of event.data instanceof Uint8Array ? [event.data] : event.data) {
      const fault = headers.push(part);
      if (fault === null) continue;
      faulty = true;
      event.stopImmediatePropagation();
      onFault(fault);
      connection.abort(new Error(`yamux: ${fault}`));
      return;
    }
  });
  return factory.createStreamMuxer(connection);
}
