/** A failure that the plugin gets as an error envelope. */
export class ServiceError extends Error {
  constructor(
    /** `snake_case`, part of the contract with plugins. */
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
