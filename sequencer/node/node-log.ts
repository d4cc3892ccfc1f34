/**
 * The log of a node's process: JSON lines on stdout. A log is read by more people than a configuration, and libraries put all
 * they know into an error, so of an address that is asked over HTTP only the host is written: what follows it, or stands
 * before it as user and password, is often the key to an account with a provider.
 */
import { type DestinationStream, type Logger, pino } from "pino";

/** Scheme, user and password, host, and the rest of an address in a line of JSON. */
const ADDRESS = /\b((?:https?|wss?):\/\/)(?:[^\s"\\/?#@]*@)?([^\s"\\/?#]*)(\/?[^\s"\\]*)/gi;

export function nodeLog(to?: DestinationStream): Logger {
  const options = {
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    hooks: { streamWrite: withoutPaths },
  };
  return to === undefined ? pino(options) : pino(options, to);
}

const withoutPaths = (line: string): string =>
  line.replace(ADDRESS, (_, scheme: string, host: string, rest: string) =>
    rest.length > 1 ? `${scheme}${host}/...` : `${scheme}${host}${rest}`,
  );
