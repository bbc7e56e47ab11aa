import { Logger } from '@nestjs/common';

/** What a test provokes on purpose need not stand in its output. */
Logger.overrideLogger(false);
