import { Challenge } from './challenges/challenge.entity.js';
import { DeviceEvent } from './devices/device-event.entity.js';
import { Device } from './devices/device.entity.js';
import { PublicWrite } from './limits/public-write.entity.js';
import { RefreshToken } from './tokens/refresh-token.entity.js';
import { IssuerUser } from './users/issuer-user.entity.js';
import { WebAuthnCeremony } from './webauthn/webauthn-ceremony.entity.js';
import { WebAuthnCredential } from './webauthn/webauthn-credential.entity.js';

/** The entities of the issuer's tables, all of them named `cotter_issuer_*`. */
export const CotterIssuerEntities = [
  IssuerUser,
  Challenge,
  RefreshToken,
  Device,
  DeviceEvent,
  PublicWrite,
  WebAuthnCredential,
  WebAuthnCeremony,
];
