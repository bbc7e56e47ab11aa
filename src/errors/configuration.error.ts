import { CotterError } from './cotter.error.js';

/** An option is missing or wrong. Thrown while the application boots, never while it serves. */
export class CotterConfigurationError extends CotterError {
  readonly code = 'invalid_configuration';

  /**
   * @param option - Path of the option, for example `clockToleranceSeconds`.
   * @param requirement - What it must be, for example `must be a whole number from 0 to 60`.
   */
  constructor(
    readonly option: string,
    requirement: string,
    options?: ErrorOptions,
  ) {
    super(`${option}: ${requirement}`, options);
  }
}
