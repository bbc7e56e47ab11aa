import type { ExceptionFilter } from '@nestjs/common';
import type { ModulesContainer } from '@nestjs/core';

// Nest keeps these names: they are in the metadata of every compiled gateway.
const GATEWAY = 'websockets:is_gateway';
const FILTERS = '__exceptionFilters__';

/**
 * Binds a filter to every gateway of the application, as `@UseFilters()` would. Nest hands global filters to every kind of handler but a
 * gateway's, where global guards do apply: their refusals would reach clients as "Internal server error".
 *
 * It comes before the gateway's own filters, so that those go first.
 *
 * @param filter - One filter of its class is enough for a gateway.
 */
export function bindToGateways(filter: ExceptionFilter, modules: ModulesContainer): void {
  for (const { providers } of modules.values()) {
    for (const { metatype } of providers.values()) {
      if (typeof metatype !== 'function' || Reflect.getMetadata(GATEWAY, metatype) !== true) continue;
      const filters = (Reflect.getMetadata(FILTERS, metatype) ?? []) as unknown[];
      if (filters.some((bound) => bound instanceof filter.constructor || bound === filter.constructor)) continue;
      Reflect.defineMetadata(FILTERS, [filter, ...filters], metatype);
    }
  }
}
