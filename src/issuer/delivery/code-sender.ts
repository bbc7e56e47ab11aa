/** A code or a link on its way to a person: one of the two, never both. Either is a secret that belongs into the message and nowhere else. */
export type CodeMessage = {
  /** An e-mail address, or a phone number in E.164 form. */
  readonly to: string;
  readonly channel: 'EMAIL' | 'SMS';
  readonly sentAt: Date;
} & (
  | {
      /** Six digits to type in. */
      readonly code: string;
      readonly link: null;
    }
  | {
      readonly code: null;
      /** The URL of a page at the issuer that signs the person in without typing: a magic link. */
      readonly link: string;
    }
);

/** Brings codes and links to people. Extend it with the mail or SMS provider of your choice. */
export abstract class CodeSender {
  /** Resolves once the message is handed over. Where it rejects, the person is told that nothing was sent. */
  abstract send(message: CodeMessage): Promise<void>;
}
