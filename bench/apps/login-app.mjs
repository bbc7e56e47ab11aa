// `POST /login` by one contender, on one database.
import 'reflect-metadata';

import { Body, Controller, HttpCode, Inject, Module, Post, Req, UseGuards } from '@nestjs/common';
import { getRepositoryToken, TypeOrmModule } from '@nestjs/typeorm';

import { cpuMicros, serve, settings } from '../process/serve.mjs';
import { listen } from './create-app.mjs';
import { decorateMethod } from './decorate.mjs';
import { userEntity } from './user-entity.mjs';

const CONTENDERS = {
  ours: async () => {
    const [{ cotterModule }, { CotterEntities }] = await Promise.all([
      import('./ours.mjs'),
      import('nestjs-cotter/typeorm'),
    ]);
    return { entities: [...CotterEntities], imports: [cotterModule(settings)], controllers: [] };
  },
  recipe: async () => {
    const { recipeModule, RecipeGuard } = await import('./recipe.mjs');
    const User = userEntity();
    return {
      entities: [User],
      imports: [recipeModule(settings), TypeOrmModule.forFeature([User])],
      controllers: [loginController(User, RecipeGuard)],
    };
  },
};

/** Find, and save where there is nobody: what every guide shows. */
function loginController(User, RecipeGuard) {
  class LoginController {
    constructor(users) {
      this.users = users;
    }

    async login(request) {
      const { identifier: email, sub: subject } = request.user;
      return (
        (await this.users.findOne({ where: { email } })) ??
        this.users.save(this.users.create({ email, subject, createdAt: Date.now() }))
      );
    }
  }
  Controller('login')(LoginController);
  Inject(getRepositoryToken(User))(LoginController, undefined, 0);
  Req()(LoginController.prototype, 'login', 0);
  Body()(LoginController.prototype, 'login', 1);
  decorateMethod(LoginController, 'login', Post(), HttpCode(200), UseGuards(RecipeGuard));
  return LoginController;
}

const { entities, imports, controllers } = await CONTENDERS[settings.contender]();

class AppModule {}
Module({
  imports: [TypeOrmModule.forRoot({ ...settings.database, entities, synchronize: true }), ...imports],
  controllers,
})(AppModule);

const { app, port } = await listen(AppModule);
serve({ cpu: cpuMicros, close: () => app.close() }, { port });
