/** Every bound of the network, each with its reason. */

const KIB = 1024;
const MIB = 1024 * KIB;

// ---- Encodings

/** Blocks of one stretch of chain. Senders aim at far fewer; a long way to the next finalization takes more. */
export const MAX_CHAIN_BLOCKS_READ = 4096;

/** 256 requests of at most 280 bytes are one frame of company, and little to lose when it is dropped. */
export const MAX_REQUESTS_PER_FRAME = 256;

// ---- Sending

/** Frames leave together up to here: 64 KiB carry twenty times the bytes of 1 KiB pieces (design, section 4). */
export const COALESCED_BYTES = 64 * KIB;

/** Queued for one peer, frames that were broadcast counted for each: two of the largest messages and some votes. */
export const MAX_QUEUED_BYTES = 20 * MIB;

/**
 * What waited longer for a connection is not sent any more: votes that old moved nothing, and the core repeats itself
 * when it is stuck.
 */
export const MAX_QUEUED_MS = 5_000;

/** A peer that did not take one chunk (64 KiB) in this time is disconnected: it is gone, or it never reads. */
export const STALL_MS = 10_000;

// ---- Receiving

/** The rest of a frame that began. 8 MiB in 30 s is the slowest line that a validator can have. */
export const FRAME_MS = 30_000;

/** Bytes and frames that a validator may send: bursts of catching up, then ten times of what the set's load needs. */
export const VALIDATOR_BUDGET = {
  burstBytes: 64 * MIB,
  bytesPerSecond: 16 * MIB,
  burstFrames: 40_000,
  framesPerSecond: 20_000,
};

/** Readers ask for blocks and certificates; questions are short. */
export const READER_BUDGET = {
  burstBytes: 64 * KIB,
  bytesPerSecond: 8 * KIB,
  burstFrames: 200,
  framesPerSecond: 20,
};

/** Yamux's frames are small work each, but a peer could send nothing else. Twice the frames of our own. */
export const MUXER_BUDGET = { burst: 80_000, perSecond: 40_000 };

/** A new stream replaces a peer's old one. That costs as many frames as this, so that it stays rare. */
export const STREAM_COST_FRAMES = 100;

// ---- Connections

/** Upgrades of inbound connections under way. Each is some kB and one handshake; with ten, ten silent ones shut all out. */
export const MAX_PENDING_INBOUND = 256;

/** New connections a second from one host. Nodes of a devnet share a host, and all start at once. */
export const MAX_INBOUND_PER_HOST_PER_SECOND = 32;

/** Silent or half-open connections are gone after this. */
export const UPGRADE_MS = 5_000;

/** Two that dialled each other, and one that is not yet known to be dead. */
export const MAX_CONNECTIONS_PER_PEER = 3;

/** Of a peer, taken from the registry: whoever registers there must not make all others dial around. */
export const MAX_ADDRESSES_PER_PEER = 4;

/** Of one address that is announced: four of them, and a signature, fit the frame of a notice. */
export const MAX_ADDRESS_LENGTH = 200;

/** Streams of one connection: ours, the peer's, its pings. */
export const MAX_STREAMS_PER_CONNECTION = 16;

/** Of one stream in flight without having been read. Yamux would double it up to 16 MiB for whoever is fast. */
export const STREAM_WINDOW_BYTES = 1 * MIB;

/** Bytes that libp2p's layers below may hold for a peer that does not read, answers to pings above all. */
export const MAX_TRANSPORT_BUFFER_BYTES = 4 * MIB;

/** Pauses between attempts to connect, doubled each time, then drawn between half and all of it. */
export const MIN_REDIAL_MS = 100;
export const MAX_REDIAL_MS = 5_000;

/** A connection that lasted so long was a good one: the next pause is the shortest again. */
export const STABLE_MS = 10_000;

export const DIAL_MS = 5_000;

// ---- Conduct

/** Score at which a peer is cut off, and how much of it is forgiven each second. */
export const CUT_SCORE = 100;
export const FORGIVEN_PER_SECOND = 1;

/** How long: doubled each time, short enough that an honest validator with a mended bug is soon back. */
export const MIN_CUT_MS = 30_000;
export const MAX_CUT_MS = 10 * 60_000;

/** Cuts that are remembered, the oldest forgotten first. Peer ids cost nothing. */
export const MAX_CUTS = 1024;
