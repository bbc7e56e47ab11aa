import { Injectable, NotFoundException, type CanActivate, type ExecutionContext } from '@nestjs/common';

import { headerValuesOf, nodeRequestOf, type PlatformRequest } from '../../http/platform.js';
import { isLoopbackHost } from '../../identifiers/loopback.js';

const LOOPBACK_PEER = /^(::ffff:)?127\.|^::1$/;
const PROXY_HEADERS = ['forwarded', 'via', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip'];

/**
 * Lets through whoever sits at this machine. Its `Host` must name this machine too: a page that bends its own name to 127.0.0.1 (DNS
 * rebinding) could read the codes otherwise. A proxy beside the issuer makes every stranger a local peer, so what it passes on is
 * no local request.
 *
 * @throws NotFoundException for everybody else, as if there were no outbox.
 */
@Injectable()
export class OutboxGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<PlatformRequest>();
    if (!isLocal(request)) throw new NotFoundException();
    return true;
  }
}

function isLocal(request: PlatformRequest): boolean {
  const { socket } = nodeRequestOf(request);
  const [host, ...otherHosts] = headerValuesOf(request, 'host');
  return (
    LOOPBACK_PEER.test(socket.remoteAddress ?? '') &&
    host !== undefined &&
    otherHosts.length === 0 &&
    isLoopbackHost(host.toLowerCase().replace(/:\d*$/, '')) &&
    PROXY_HEADERS.every((name) => headerValuesOf(request, name).length === 0)
  );
}
