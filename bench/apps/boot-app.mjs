// How long an application takes to boot, and how much memory it then has. Nothing that a contender does not need is loaded.
import { performance } from 'node:perf_hooks';

import 'reflect-metadata';

import { Module } from '@nestjs/common';

import { serve, settings } from '../process/serve.mjs';
import { listen } from './create-app.mjs';

async function typeOrm(entities) {
  const { TypeOrmModule } = await import('@nestjs/typeorm');
  return TypeOrmModule.forRoot({ type: 'better-sqlite3', database: ':memory:', entities, synchronize: true });
}

async function recipe() {
  const { recipeModule } = await import('./recipe.mjs');
  return recipeModule(settings);
}

const CONTENDERS = {
  empty: () => [],
  recipe: async () => [await recipe()],
  ours: async () => {
    const { cotterModule } = await import('./ours.mjs');
    return [cotterModule(settings, { users: false })];
  },
  recipeWithUsers: async () => {
    const { userEntity } = await import('./user-entity.mjs');
    const entity = userEntity();
    const { TypeOrmModule } = await import('@nestjs/typeorm');
    return [await typeOrm([entity]), TypeOrmModule.forFeature([entity]), await recipe()];
  },
  oursWithUsers: async () => {
    const [{ cotterModule }, { CotterEntities }] = await Promise.all([
      import('./ours.mjs'),
      import('nestjs-cotter/typeorm'),
    ]);
    return [await typeOrm([...CotterEntities]), cotterModule(settings)];
  },
};

class AppModule {}
Module({ imports: await CONTENDERS[settings.contender]() })(AppModule);
await listen(AppModule);
const bootMs = performance.now();
const { rss, heapUsed } = process.memoryUsage();
serve({}, { bootMs, rssMb: rss / 1e6, heapMb: heapUsed / 1e6 });
