/** A code on its way to a person. */
export interface CodeMessage {
  /** An e-mail address, or a phone number in E.164 form. */
  readonly to: string;
  readonly channel: 'EMAIL' | 'SMS';
  /** Six digits. A secret: it belongs into the message and nowhere else. */
  readonly code: string;
  /** A page that signs the person in without typing; `null` where there is none. */
  readonly link: string | null;
  readonly sentAt: Date;
}

/** Brings codes to people. Extend it with the mail or SMS provider of your choice. */
export abstract class CodeSender {
  /** Resolves once the message is handed over. Where it rejects, the person is told that nothing was sent. */
  abstract send(message: CodeMessage): Promise<void>;
}
