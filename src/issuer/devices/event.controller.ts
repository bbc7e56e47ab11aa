import { Body, Controller, Get, Header, HttpCode, Param, Post, Req, UseGuards } from '@nestjs/common';

import { JsonBodyGuard } from '../../http/json-body.guard.js';
import type { PlatformRequest } from '../../http/platform.js';
import { queryOf } from '../../http/request-target.js';
import { HttpExchange, type Exchanged } from '../../http/response-cookies.js';
import { IssuerClients } from '../clients/issuer-clients.js';
import { IssuerSettings } from '../issuer-settings.js';
import { IssuerKeys } from '../keys/issuer-keys.js';
import { PublicWriteLimit } from '../limits/public-write-limit.js';
import { MAX_ROW_ID } from '../secrets.js';
import { Sessions } from '../tokens/sessions.js';
import type { IssuerUser } from '../users/issuer-user.entity.js';
import { IssuerUsers } from '../users/issuer-users.js';
import { UserNotFoundError } from '../users/user-not-found.error.js';
import { DeviceEvents, type CreatedEvent } from './device-events.js';
import { TRUSTED_DEVICE } from './device-key.js';
import { Devices } from './devices.js';
import { eventAnswer, type EventAnswer } from './event-answer.js';
import { EventNotFoundError } from './event-not-found.error.js';
import { parseEventRequest, parseSignedEventRequest } from './event-request.js';

/** Logins and other events that people approve with a device they have enrolled. */
@Controller('api/v0/event')
export class EventController {
  constructor(
    private readonly clients: IssuerClients,
    private readonly users: IssuerUsers,
    private readonly devices: Devices,
    private readonly events: DeviceEvents,
    private readonly sessions: Sessions,
    private readonly keys: IssuerKeys,
    private readonly settings: IssuerSettings,
    private readonly limit: PublicWriteLimit,
  ) {}

  /** An enrolled device approves by signing; or enrols another one, whose key it signs too. */
  @Post('create')
  @HttpCode(200)
  @UseGuards(JsonBodyGuard)
  async create(
    @Req() request: PlatformRequest,
    @Body() body: unknown,
    @HttpExchange() exchanged: Exchanged,
  ): Promise<EventAnswer> {
    const { apiKeyId } = this.clients.getCaller(request);
    const signed = parseSignedEventRequest(body, apiKeyId);
    const user = await this.#getUser(apiKeyId, signed.userId);
    const created = await this.events.approve(user, signed);
    if (signed.newDevice !== null) await this.devices.enrol(user, signed.newDevice);
    return this.#answer(request, created, user, exchanged);
  }

  /** Any device asks; an enrolled one has to answer. */
  @Post('create_pending')
  @HttpCode(200)
  @UseGuards(JsonBodyGuard)
  async ask(@Req() request: PlatformRequest, @Body() body: unknown): Promise<EventAnswer> {
    const { apiKeyId } = this.clients.getCaller(request);
    const asked = parseEventRequest(body, apiKeyId);
    await this.limit.count('ask device', request);
    const user = await this.#getUser(apiKeyId, asked.userId);
    const { pollId, row } = await this.events.ask(user, asked);
    return eventAnswer(pollId, row, user, this.keys);
  }

  @Post('respond/:id')
  @HttpCode(200)
  @UseGuards(JsonBodyGuard)
  async respond(@Req() request: PlatformRequest, @Param('id') id: string, @Body() body: unknown): Promise<EventAnswer> {
    const { apiKeyId } = this.clients.getCaller(request);
    const signed = parseSignedEventRequest(body, apiKeyId);
    const user = await this.#getUser(apiKeyId, signed.userId);
    const rowId = parseNumber(id);
    if (rowId > MAX_ROW_ID) throw new EventNotFoundError();
    return eventAnswer(rowId, await this.events.respond(rowId, user, signed), user, this.keys);
  }

  /** The asking device polls; its tokens come once, with the first answer after the approval that asks for them. */
  @Get('get/:id')
  async poll(
    @Req() request: PlatformRequest,
    @Param('id') id: string,
    @HttpExchange() exchanged: Exchanged,
  ): Promise<EventAnswer> {
    const { apiKeyId } = this.clients.getCaller(request);
    const pollId = parseNumber(id);
    const row = await this.events.findByPollId(apiKeyId, pollId);
    const user = row === null ? null : await this.users.find(row.userId);
    if (row === null || user === null) throw new EventNotFoundError();
    return this.#answer(request, { pollId, row }, user, exchanged);
  }

  /** What a device has to answer: `null` where there is nothing. As text, since Express sends nothing at all for a `null`. */
  @Get(['new', 'new/:userId'])
  @Header('Content-Type', 'application/json; charset=utf-8')
  async findNew(@Req() request: PlatformRequest, @Param('userId') idInPath: string | undefined): Promise<string> {
    const { apiKeyId } = this.clients.getCaller(request);
    const query = queryOf(request);
    const id = idInPath ?? query.get('cotter_user_id') ?? query.get('client_user_id') ?? '';
    const user = await this.users.findByAnyId(apiKeyId, id);
    const row = user === null ? null : await this.events.findPending(user);
    return JSON.stringify(user === null || row === null ? null : eventAnswer(row.id, row, user, this.keys));
  }

  async #answer(
    request: PlatformRequest,
    { pollId, row }: CreatedEvent,
    user: IssuerUser,
    exchanged: Exchanged,
  ): Promise<EventAnswer> {
    const answer = eventAnswer(pollId, row, user, this.keys);
    const wantsTokens = queryOf(request).get('oauth_token') === 'true' && row.status === 'APPROVED';
    if (!wantsTokens || !(await this.events.consume(row, user, 'tokensIssuedAt'))) return answer;
    const authenticatedAt = row.respondedAt ?? this.settings.clock();
    const proof = { user, authenticationMethod: TRUSTED_DEVICE, authenticatedAt };
    return { ...answer, oauth_token: await this.sessions.begin(proof, exchanged) };
  }

  async #getUser(apiKeyId: string, id: string): Promise<IssuerUser> {
    const user = await this.users.findByAnyId(apiKeyId, id);
    if (user === null) throw new UserNotFoundError();
    return user;
  }
}

function parseNumber(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new EventNotFoundError();
  return Number(text);
}
