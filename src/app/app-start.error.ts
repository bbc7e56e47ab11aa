/** The app cannot start, for a reason that whoever starts it can mend. The message is one line, made to be shown without a stack. */
export class AppStartError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'AppStartError';
  }
}
