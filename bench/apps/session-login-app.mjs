// `POST /login` that starts a session: ours, or the two statements that it takes, by TypeORM and nothing else.
import 'reflect-metadata';
import { randomBytes } from 'node:crypto';

import { Controller, HttpCode, Inject, Module, Post, Req, UseGuards } from '@nestjs/common';
import { getDataSourceToken, TypeOrmModule } from '@nestjs/typeorm';
import { CotterAuthGuard } from 'nestjs-cotter';
import { CotterEntities, CotterSession, CotterUser } from 'nestjs-cotter/typeorm';

import { cpuMicros, serve, settings } from '../process/serve.mjs';
import { listen } from './create-app.mjs';
import { decorateMethod } from './decorate.mjs';
import { cotterModule } from './ours.mjs';

/** Reads the user and inserts the session. The token is verified by our guard, so that nothing else differs. */
class BareController {
  constructor(dataSource) {
    this.users = dataSource.getRepository(CotterUser);
    this.sessions = dataSource.getRepository(CotterSession);
  }

  async login({ user: { identifier, issuer, subject } }) {
    const { id } = await this.users.findOneByOrFail({ identifier, realm: 'cotter' });
    const now = Date.now();
    await this.sessions.insert({
      handle: randomBytes(32).toString('base64url'),
      realm: 'cotter',
      accountId: id,
      issuer,
      subject,
      method: 'OTP',
      device: null,
      startedAt: now,
      lastSeenAt: now,
      expiresAt: now + 30 * 86_400_000,
      version: 1,
      sealed: randomBytes(1_500).toString('base64url'),
      family: null,
    });
    return { id };
  }
}
Controller('bare')(BareController);
Inject(getDataSourceToken())(BareController, undefined, 0);
Req()(BareController.prototype, 'login', 0);
decorateMethod(BareController, 'login', Post(), HttpCode(200), UseGuards(CotterAuthGuard));

const session = { mode: 'server', encryptionKeys: ['the key of a benchmark, which is no secret'] };

class AppModule {}
Module({
  imports: [
    TypeOrmModule.forRoot({ ...settings.database, entities: [...CotterEntities], synchronize: true }),
    cotterModule(settings, { session, publicUrl: 'http://localhost:3000' }),
  ],
  controllers: [BareController],
})(AppModule);

const { app, port } = await listen(AppModule);
const { dataSource } = { dataSource: app.get(getDataSourceToken()) };
serve({ cpu: cpuMicros, query: ({ text }) => dataSource.query(text), close: () => app.close() }, { port });
