// @ts-check
/** What the script of a frame asks of its own server. */

/** The server says no, in words for the person in front of it. */
export class RefusalError extends Error {
  /**
   * @param {string} message
   * @param {string} code stable: `wrong_code`
   */
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

const NO_ANSWER = 'There is no answer at the moment. Please try again.';

/**
 * @param {'identifier' | 'begin' | 'resend' | 'code' | 'redeem' | 'poll'} name
 * @param {Readonly<Record<string, string>>} body
 * @returns {Promise<Record<string, any>>}
 * @throws {RefusalError}
 */
export async function call(name, body) {
  const { status, answer } = await send(`frame/${name}${location.search}`, body);
  if (status === 200) return answer;
  throw new RefusalError(typeof answer['msg'] === 'string' ? answer['msg'] : NO_ANSWER, answer['code'] ?? '');
}

/**
 * @param {string} url relative, so that the issuer works behind any name
 * @param {Readonly<Record<string, string>>} body
 * @returns {Promise<{ status: number, answer: Record<string, any> }>}
 */
async function send(url, body) {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, answer: await response.json() };
  } catch {
    throw new RefusalError(NO_ANSWER, 'no_answer');
  }
}
