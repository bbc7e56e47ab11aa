// As types.ts, for the entry points that need TypeORM.
import * as issuer from 'nestjs-cotter/issuer';
import * as typeorm from 'nestjs-cotter/typeorm';

export { issuer, typeorm };
