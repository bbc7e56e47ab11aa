import { SetMetadata, type CustomDecorator } from '@nestjs/common';

/** Metadata key of {@link Public}; its value lists module names, or is empty for all. */
export const PUBLIC = 'nestjs-cotter:public';

/**
 * Opens a route, or a whole controller, that a global {@link CotterAuthGuard} would guard.
 *
 * @param names - Open it to the guards of these modules only. `@Public('cotter') @UseGuards(CotterAuthGuard.for('partners'))` takes the
 *   default module's guard off a route that another module's guards.
 */
export const Public = (...names: string[]): CustomDecorator => SetMetadata(PUBLIC, names);
