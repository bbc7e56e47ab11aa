import { EntitySchema } from 'typeorm';

/** The user table of the recipe. */
export function userEntity() {
  return new EntitySchema({
    name: 'User',
    columns: {
      id: { type: 'integer', primary: true, generated: true },
      subject: { type: 'varchar', length: 64 },
      email: { type: 'varchar', length: 320, unique: true },
      createdAt: { type: 'bigint' },
    },
  });
}
