/** Where the chain side tells what it does; a pino logger is one. */
export interface ChainLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}
