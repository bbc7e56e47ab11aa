import { Body, Controller, Get, Param, Put, Req, UseGuards } from '@nestjs/common';

import { JsonBodyGuard } from '../../http/json-body.guard.js';
import type { PlatformRequest } from '../../http/platform.js';
import { queryOf } from '../../http/request-target.js';
import { HttpExchange, type Exchanged } from '../../http/response-cookies.js';
import { IssuerClients } from '../clients/issuer-clients.js';
import { ApiRefusedError } from '../http/api-refused.error.js';
import { member, textMember } from '../http/body-members.js';
import { NotOfferedError } from '../http/not-offered.error.js';
import { IssuerSettings } from '../issuer-settings.js';
import { PublicWriteLimit } from '../limits/public-write-limit.js';
import { bearerTokenOf } from '../tokens/bearer-token.js';
import { OwnTokens } from '../tokens/own-tokens.js';
import { Sessions } from '../tokens/sessions.js';
import { EnrolledMethods } from '../users/enrolled-methods.js';
import type { IssuerUser } from '../users/issuer-user.entity.js';
import { IssuerUsers } from '../users/issuer-users.js';
import { userAnswer, type UserAnswer } from '../users/user-answer.js';
import { UserNotFoundError } from '../users/user-not-found.error.js';
import { parseDeviceKey, parseDeviceKeyInUrl, TRUSTED_DEVICE } from './device-key.js';
import { Devices } from './devices.js';
import { EnrolmentRefusedError } from './enrolment.error.js';
import { describe, requireTrustedDevice } from './event-request.js';

/** Whether a method is enrolled. */
export interface MethodAnswer {
  readonly method: string;
  readonly enrolled: boolean;
}

/**
 * Enrols devices and removes them. Cotter's took the public key for it, which is no proof of anything: whoever knew a person's id could
 * enrol a device of their own. Here it takes proof, unless the application is registered with `publicEnrolment`.
 */
@Controller('api/v0/user')
export class MethodController {
  constructor(
    private readonly clients: IssuerClients,
    private readonly users: IssuerUsers,
    private readonly devices: Devices,
    private readonly methods: EnrolledMethods,
    private readonly ownTokens: OwnTokens,
    private readonly sessions: Sessions,
    private readonly settings: IssuerSettings,
    private readonly limit: PublicWriteLimit,
  ) {}

  @Put(['methods', ':id'])
  @UseGuards(JsonBodyGuard)
  async update(
    @Req() request: PlatformRequest,
    @Param('id') idInPath: string | undefined,
    @Body() body: unknown,
    @HttpExchange() exchanged: Exchanged,
  ): Promise<UserAnswer> {
    const { apiKeyId } = this.clients.getCaller(request);
    const method = textMember(body, 'method');
    if (method === 'PIN' || method === 'BIOMETRIC') throw new NotOfferedError('PINs and biometrics');
    requireTrustedDevice(method);
    const publicKey = parseDeviceKey(textMember(body, 'code'));
    const enrolled = member(body, 'enrolled');
    const algorithm = textMember(body, 'algorithm') ?? 'ED25519';
    if (publicKey === null || algorithm !== 'ED25519') {
      throw new ApiRefusedError('code must be an ED25519 public key: 32 bytes in base64');
    }
    if (typeof enrolled !== 'boolean') throw new ApiRefusedError('enrolled must be true or false');
    const user = await this.users.findByAnyId(apiKeyId, idInPath ?? queryOf(request).get('cotter_user_id') ?? '');
    await this.#requireProof(request, user, enrolled);
    if (user === null) throw new UserNotFoundError();
    const device = { publicKey, name: describe(body, 'device_name', 255), type: describe(body, 'device_type', 64) };
    await (enrolled ? this.devices.enrol(user, device) : this.devices.remove(user, publicKey));
    const answer = userAnswer(user, await this.methods.of(user));
    if (!enrolled || queryOf(request).get('oauth_token') !== 'true') return answer;
    const proof = { user, authenticationMethod: TRUSTED_DEVICE, authenticatedAt: this.settings.clock() };
    return { ...answer, oauth_token: await this.sessions.begin(proof, exchanged) };
  }

  @Get('methods')
  async showMethod(@Req() request: PlatformRequest): Promise<MethodAnswer> {
    const query = queryOf(request);
    const publicKey = query.get('public_key');
    return this.#show(request, query.get('cotter_user_id') ?? '', query.get('method') ?? '', publicKey);
  }

  @Get(['enrolled/:id/:method', 'enrolled/:id/:method/:publicKey'])
  async showEnrolled(
    @Req() request: PlatformRequest,
    @Param('id') id: string,
    @Param('method') method: string,
    @Param('publicKey') publicKey: string | undefined,
  ): Promise<MethodAnswer> {
    return this.#show(request, id, method, publicKey ?? null);
  }

  async #show(request: PlatformRequest, id: string, method: string, keyInUrl: string | null): Promise<MethodAnswer> {
    const { apiKeyId } = this.clients.getCaller(request);
    const user = await this.users.findByAnyId(apiKeyId, id);
    if (user === null) return { method, enrolled: false };
    if (keyInUrl === null) return { method, enrolled: (await this.methods.of(user)).includes(method) };
    const publicKey = method === TRUSTED_DEVICE ? parseDeviceKeyInUrl(keyInUrl) : null;
    return { method, enrolled: publicKey !== null && (await this.devices.isEnrolled(user, publicKey)) };
  }

  /**
   * A token from before the identifier was proved names none, so it is nobody's proof afterwards.
   *
   * @throws {@link EnrolmentRefusedError}, {@link SecretKeyError}
   */
  async #requireProof(request: PlatformRequest, user: IssuerUser | null, enrolled: boolean): Promise<void> {
    if (this.clients.bringsSecretKey(request)) {
      this.clients.getTrustedCaller(request);
      return;
    }
    const { apiKeyId, publicEnrolment } = this.clients.getCaller(request);
    const token = bearerTokenOf(request);
    if (token === null) {
      await this.limit.count('enrol device', request);
      const isFree = publicEnrolment && user !== null && (!enrolled || (await this.devices.claimFirst(user)));
      if (!isFree) throw new EnrolmentRefusedError();
      return;
    }
    const claims = await this.ownTokens.verify(token, ['client_access_token'], apiKeyId);
    const isTheirs =
      claims !== null && claims.sub === user?.id && (claims['identifier'] === undefined) === (user.verifiedAt === null);
    if (!isTheirs) throw new EnrolmentRefusedError();
  }
}
