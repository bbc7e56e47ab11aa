// A user's application, small: the packaging tests compile it as CommonJS for Nest 11 and as an ES module for Nest 12, in a
// folder of its own with the packed nestjs-cotter and without TypeORM. It prints what its guarded route answered.
import 'reflect-metadata';
import { Controller, Get, Module, UseGuards } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { CotterAuthGuard, CotterModule, CurrentUser } from 'nestjs-cotter';
import { CotterTestIssuer } from 'nestjs-cotter/testing';

@Controller()
class ProfileController {
  @Get('profile')
  @UseGuards(CotterAuthGuard)
  profile(@CurrentUser('subject') subject: string): { subject: string } {
    return { subject };
  }
}

async function ask(url: string, headers: Record<string, string> = {}): Promise<object> {
  const response = await fetch(url, { headers });
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    body: await response.json(),
  };
}

async function main(): Promise<void> {
  const issuer = await CotterTestIssuer.start();

  @Module({
    imports: [CotterModule.forRoot({ ...issuer.moduleOptions, users: false })],
    controllers: [ProfileController],
  })
  class AppModule {}

  const app = await NestFactory.create(AppModule, { logger: false });
  await app.listen(0, '127.0.0.1');
  const url = `${await app.getUrl()}/profile`;
  const token = await issuer.token({ subject: 'somebody', identifier: 'somebody@example.com' });
  const answers = { stranger: await ask(url), person: await ask(url, { authorization: `Bearer ${token}` }) };
  await app.close();
  await issuer.close();
  console.log(JSON.stringify(answers));
}

void main();
