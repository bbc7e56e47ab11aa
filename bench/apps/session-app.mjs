// One route, open to everybody, to whoever has a bearer token, or to whoever has a session.
import 'reflect-metadata';

import { Controller, Get, Module, UseGuards } from '@nestjs/common';
import { CotterAuthGuard, UsersRepository } from 'nestjs-cotter';

import { cpuMicros, serve, settings } from '../process/serve.mjs';
import { listen } from './create-app.mjs';
import { decorateMethod } from './decorate.mjs';
import { cotterModule } from './ours.mjs';

/** Everybody is somebody: what is measured is the guard. */
class AnyoneRepository extends UsersRepository {
  findByPair = async ({ subject: id }) => ({
    id,
    identifier: `${id}@example.com`,
    identifierType: 'EMAIL',
    disabledAt: null,
    ...TIMES,
  });
  recordLogins = async () => undefined;
}
const TIMES = { createdAt: new Date(0), lastLoginAt: new Date(0), lastAuthenticationMethod: null };

class AlwaysYesGuard {
  canActivate() {
    return true;
  }
}

class MeController {
  me() {
    return { ok: true };
  }
}
Controller('me')(MeController);
decorateMethod(
  MeController,
  'me',
  Get(),
  UseGuards(settings.contender === 'alwaysYes' ? AlwaysYesGuard : CotterAuthGuard),
);

const session = { mode: settings.mode ?? 'server', encryptionKeys: ['the key of a benchmark, which is no secret'] };
const publicUrl = 'http://localhost:3000';
const users = { useValue: new AnyoneRepository() };

class AppModule {}
Module({ imports: [cotterModule(settings, { users, session, publicUrl })], controllers: [MeController] })(AppModule);

const { port } = await listen(AppModule, settings.platform);
serve({ cpu: cpuMicros }, { port });
