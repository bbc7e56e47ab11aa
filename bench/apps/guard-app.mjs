// One route, guarded by one contender: a process of its own, since passport's traffic slows down whatever shares its process.
import 'reflect-metadata';

import { Controller, Get, Module, UseGuards } from '@nestjs/common';

import { cpuMicros, serve, settings } from '../process/serve.mjs';
import { listen } from './create-app.mjs';
import { decorateMethod } from './decorate.mjs';

const CONTENDERS = {
  unguarded: () => ({ imports: [], decorators: [] }),
  alwaysYes: () => {
    class AlwaysYesGuard {
      canActivate() {
        return true;
      }
    }
    return { imports: [], decorators: [UseGuards(AlwaysYesGuard)] };
  },
  recipe: async () => {
    const { recipeModule, RecipeGuard } = await import('./recipe.mjs');
    return { imports: [recipeModule(settings)], decorators: [UseGuards(RecipeGuard)] };
  },
  ours: async () => {
    const [{ CotterAuthGuard }, { cotterModule }] = await Promise.all([import('nestjs-cotter'), import('./ours.mjs')]);
    const options = { users: false, cache: { maxTokens: settings.maxTokens } };
    return { imports: [cotterModule(settings, options)], decorators: [UseGuards(CotterAuthGuard)] };
  },
};

const { imports, decorators } = await CONTENDERS[settings.contender]();

class MeController {
  me() {
    return { ok: true };
  }
}
Controller('me')(MeController);
decorateMethod(MeController, 'me', Get(), ...decorators);

class AppModule {}
Module({ imports, controllers: [MeController] })(AppModule);

const { port } = await listen(AppModule, settings.platform);
serve({ cpu: cpuMicros, memory: () => process.memoryUsage() }, { port });
