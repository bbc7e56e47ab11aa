import { Controller, Get } from '@nestjs/common';

/** Says that the process answers. */
@Controller('health')
export class HealthController {
  @Get()
  getHealth(): { status: 'ok' } {
    return { status: 'ok' };
  }
}
