import { Controller, Get, Logger, UseGuards, type LoggerService } from '@nestjs/common';
import {
  CotterAuthGuard,
  CotterModule,
  CurrentUser,
  TokenVerifier,
  type CotterForRootOptions,
  type CotterPrincipal,
} from 'nestjs-cotter';
import { CotterUser } from 'nestjs-cotter/typeorm';
import { DataSource } from 'typeorm';

import { inMemory } from '../e2e/login-database.js';
import { startApplication, type Platform } from '../e2e/platforms.js';
import type { Door } from './attack.js';
import type { DoorAddress } from './fire.js';
import type { AttackIssuer } from './issuer/attack-issuer.js';

@UseGuards(CotterAuthGuard)
@Controller('me')
class MeController {
  @Get()
  me(@CurrentUser() principal: CotterPrincipal): CotterPrincipal {
    return principal;
  }
}

/** An application as users of the module have it, and what it does while it is attacked. */
export interface AttackedApplication {
  readonly doors: Readonly<Record<Door, DoorAddress>>;
  /** Lines of the log since the last time that it was asked. */
  takeLog(): string[];
  countUsers(): Promise<number>;
  /** Whether the verdict on this token is kept, so that nothing is computed for it any more. */
  remembers(token: string): boolean;
  close(): Promise<void>;
}

/** Boots a guarded route and a login that trust this issuer. */
export async function startAttackedApplication(
  platform: Platform,
  issuer: AttackIssuer,
  options: Partial<CotterForRootOptions> = {},
): Promise<AttackedApplication> {
  const { apiKeyId, url } = issuer;
  const trust = { apiKeyId, issuer: url, apiUrl: `${url}/api/v0`, jsUrl: url };
  const { app, url: origin } = await startApplication(platform, {
    imports: [inMemory().module(), CotterModule.forRoot({ ...trust, logRefusals: true, ...options })],
    controllers: [MeController],
  });
  let lines: string[] = [];
  Logger.overrideLogger(collectInto((line) => lines.push(line)));
  const verifier = app.get(TokenVerifier);
  const users = app.get(DataSource).getRepository(CotterUser);
  return {
    doors: {
      guard: { origin: new URL(origin), path: '/me', method: 'GET' },
      login: { origin: new URL(origin), path: '/login', method: 'POST' },
    },
    takeLog: () => {
      const taken = lines;
      lines = [];
      return taken;
    },
    countUsers: () => users.count(),
    remembers: (token) => verifier.findVerified(token) !== null,
    close: async () => {
      await app.close();
      Logger.overrideLogger(false);
    },
  };
}

function collectInto(add: (line: string) => void): LoggerService {
  const write = (...parts: unknown[]): void => {
    add(parts.map(String).join(' '));
  };
  return { log: write, warn: write, error: write, fatal: write, debug: write, verbose: write };
}
