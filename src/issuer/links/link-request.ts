import type { Challenge } from '../challenges/challenge.entity.js';
import { hashSecret } from '../secrets.js';

/**
 * A magic link that is to be sent in place of a code, and where it leads after the click:
 * - `app`: back to the redirect URL of the authorize page, in the browser that clicked.
 * - `page`: to the page that shows the form, where a new frame redeems it.
 * - `tab`: nowhere. The tab that asked learns of the click by itself.
 */
export type LinkRequest =
  | { readonly kind: 'app' }
  | {
      readonly kind: 'page';
      /** Of a registered origin, or a registered redirect URL. */
      readonly pageUrl: string;
      /** A JSON object in a text: what the page hands to itself by way of the link. */
      readonly clientJson: string;
    }
  | { readonly kind: 'tab' };

/** What a challenge keeps of its link. */
export type LinkColumns = Pick<Challenge, 'authMethod' | 'linkKind' | 'linkHash' | 'pageUrl' | 'clientJson'>;

/** What a challenge keeps that has no link. */
export const NO_LINK: LinkColumns = {
  authMethod: 'OTP',
  linkKind: null,
  linkHash: null,
  pageUrl: null,
  clientJson: null,
};

export function linkColumnsOf(link: LinkRequest, token: string): LinkColumns {
  const { pageUrl = null, clientJson = null } = link.kind === 'page' ? link : {};
  return { authMethod: 'MAGIC_LINK', linkKind: link.kind, linkHash: hashSecret(token), pageUrl, clientJson };
}

/** What a challenge's link was asked for as, to ask for another. */
export function linkRequestOf({ linkKind, pageUrl, clientJson }: Challenge): LinkRequest | null {
  if (linkKind === null) return null;
  return linkKind === 'page'
    ? { kind: linkKind, pageUrl: pageUrl ?? '', clientJson: clientJson ?? '' }
    : { kind: linkKind };
}
