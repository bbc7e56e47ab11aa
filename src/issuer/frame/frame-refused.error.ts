import { CotterError } from '../../errors/cotter.error.js';

/**
 * What a person typed into a frame is not taken. The frame shows the text as it is. On the wire: 400, or 410 where the code or
 * link has ended.
 */
export class FrameRefusedError extends CotterError {
  constructor(
    readonly code: 'invalid_identifier' | 'wrong_code' | 'code_closed' | 'link_closed',
    detail: string,
  ) {
    super(detail);
  }
}
