// Compiled with the types of every library checked: nothing that the package declares may lean on what a user does not have.
import * as root from 'nestjs-cotter';
import * as testing from 'nestjs-cotter/testing';

export { root, testing };
