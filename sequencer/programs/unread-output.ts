/**
 * Nobody reads any more what a program prints, as under `| head`. What it does it does all the same, and with the same status;
 * one that would go on for ever has `onUnread` end it in order. Without this, Node ends it at once, with a stack.
 */
export function allowUnreadOutput(onUnread: () => void = () => undefined): void {
  for (const stream of [process.stdout, process.stderr])
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "EPIPE") throw error;
      onUnread();
    });
}
