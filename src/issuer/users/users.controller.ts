import { Body, Controller, Get, HttpCode, Param, Post, Req, UseGuards } from '@nestjs/common';

import { JsonBodyGuard } from '../../http/json-body.guard.js';
import type { PlatformRequest } from '../../http/platform.js';
import { queryOf } from '../../http/request-target.js';
import { HttpExchange, type Exchanged } from '../../http/response-cookies.js';
import { IssuerClients } from '../clients/issuer-clients.js';
import { SecretKeyGuard } from '../clients/secret-key.guard.js';
import { ApiRefusedError } from '../http/api-refused.error.js';
import { PublicWriteLimit } from '../limits/public-write-limit.js';
import { Sessions } from '../tokens/sessions.js';
import { EnrolledMethods } from './enrolled-methods.js';
import type { IssuerUser } from './issuer-user.entity.js';
import { IssuerSettings } from '../issuer-settings.js';
import { IssuerUsers } from './issuer-users.js';
import { NO_USER, userAnswer, type UserAnswer } from './user-answer.js';
import { UserNotFoundError } from './user-not-found.error.js';
import { getIdentifier, getPage, parseNewUserRequest } from './user-request.js';

/** Nobody has proved anything: it is the application's server that says who this is. Undocumented, so it tells the truth. */
const AUTHENTICATION_METHOD = 'API_SECRET_KEY';

/** The users API: Cotter's, but for looking people up, which takes the secret key unless the application is registered otherwise. */
@Controller('api/v0/user')
export class UsersController {
  constructor(
    private readonly clients: IssuerClients,
    private readonly users: IssuerUsers,
    private readonly sessions: Sessions,
    private readonly methods: EnrolledMethods,
    private readonly settings: IssuerSettings,
    private readonly limit: PublicWriteLimit,
  ) {}

  /**
   * Makes a person. With the public key alone the identifier stays unproved; tokens for the asking are the application's server's, since
   * anyone can ask in the name of anyone.
   */
  @Post('create')
  @HttpCode(200)
  @UseGuards(JsonBodyGuard)
  async create(
    @Req() request: PlatformRequest,
    @Body() body: unknown,
    @HttpExchange() exchanged: Exchanged,
  ): Promise<UserAnswer> {
    const wantsTokens = queryOf(request).get('oauth_token') === 'true';
    const isTrusted = wantsTokens || this.clients.bringsSecretKey(request);
    const { apiKeyId, publicUserLookup } = isTrusted
      ? this.clients.getTrustedCaller(request)
      : this.clients.getCaller(request);
    const { identifier, clientUserId } = parseNewUserRequest(body);
    if (!isTrusted) await this.limit.count('create user', request);
    const { type: identifierType, value } = identifier;
    const user = await this.users.create({ apiKeyId, identifier: value, identifierType, clientUserId }, isTrusted);
    if (user !== null) return wantsTokens ? this.#withTokens(user, exchanged) : userAnswer(user, []);
    // The older SDKs register before each enrolment, and expect the person who is there already.
    const known =
      clientUserId !== null && (isTrusted || publicUserLookup)
        ? await this.users.findByAnyId(apiKeyId, clientUserId)
        : null;
    if (known === null) throw new ApiRefusedError('User already exists');
    return this.#answer(known);
  }

  @Get()
  async findByIdentifier(@Req() request: PlatformRequest): Promise<UserAnswer> {
    const caller = this.clients.getCaller(request);
    const isPublic = caller.publicUserLookup && !this.clients.bringsSecretKey(request);
    const { apiKeyId } = isPublic ? caller : this.clients.getTrustedCaller(request);
    const { value } = getIdentifier(queryOf(request).get('identifier'));
    const user = await this.users.findByIdentifier(apiKeyId, value);
    return user === null ? NO_USER : this.#answer(user);
  }

  @Get('list')
  @UseGuards(SecretKeyGuard)
  async list(@Req() request: PlatformRequest): Promise<UserAnswer[]> {
    const { apiKeyId } = this.clients.getCaller(request);
    const users = await this.users.list(apiKeyId, getPage(queryOf(request).get('page')));
    const methodsOf = await this.methods.ofEach(users);
    return users.map((user) => userAnswer(user, methodsOf(user)));
  }

  @Get(':id')
  @UseGuards(SecretKeyGuard)
  async findById(@Req() request: PlatformRequest, @Param('id') id: string): Promise<UserAnswer> {
    const { apiKeyId } = this.clients.getCaller(request);
    const user = await this.users.findByAnyId(apiKeyId, id);
    if (user === null) throw new UserNotFoundError();
    return this.#answer(user);
  }

  async #answer(user: IssuerUser): Promise<UserAnswer> {
    return userAnswer(user, await this.methods.of(user));
  }

  async #withTokens(user: IssuerUser, exchanged: Exchanged): Promise<UserAnswer> {
    const proof = { user, authenticationMethod: AUTHENTICATION_METHOD, authenticatedAt: this.settings.clock() };
    return { ...userAnswer(user, []), oauth_token: await this.sessions.begin(proof, exchanged) };
  }
}
