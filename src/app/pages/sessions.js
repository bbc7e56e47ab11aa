import { element, onClick, setText } from './page.js';
import { methodInWords, momentInWords } from './words.js';

/**
 * One row of what `GET /sessions` answers.
 *
 * @typedef {{ handle: string, createdAt: string, lastSeenAt: string, authenticationMethod: string | null, device: string | null,
 *   current: boolean }} Session
 */

/** The list of the sessions of a person. A row that stays is left where it is: somebody may just be on its button. */
export class SessionsList {
  #onEnd;
  /** @type {Map<string, { session: Session, row: HTMLElement }>} by handle */
  #shown = new Map();

  /** @param {(session: Session) => Promise<void>} onEnd */
  constructor(onEnd) {
    this.#onEnd = onEnd;
  }

  /** @param {readonly Session[]} sessions @param {number} nowMs */
  show(sessions, nowMs) {
    const list = element('sessions');
    const before = this.#shown;
    const ordered = sessions.toSorted(compare);
    this.#shown = new Map(
      ordered.map((session) => [
        session.handle,
        { session, row: before.get(session.handle)?.row ?? this.#make(session) },
      ]),
    );
    const begun = ordered.filter(({ handle }) => !before.has(handle));
    const gone = [...before.values()].filter(({ session }) => !this.#shown.has(session.handle));
    const hadFocus = gone.some(({ row }) => row.contains(document.activeElement));
    for (const { row } of gone) row.remove();
    for (const [index, { session, row }] of [...this.#shown.values()].entries()) {
      if (list.children[index] !== row) list.insertBefore(row, list.children[index] ?? null);
      fill(row, session, nowMs);
    }
    if (hadFocus) document.querySelector('#sessions-title').focus();
    if (before.size > 0) tellChange(begun, gone);
  }

  /** Forgets everybody. */
  clear() {
    for (const { row } of this.#shown.values()) row.remove();
    this.#shown.clear();
    setText('sessions-status', '');
  }

  #make(session) {
    const row = element('session-row').content.firstElementChild.cloneNode(true);
    onClick(row.querySelector('button'), () => this.#onEnd(session));
    return row;
  }
}

/** By what never changes, so that no row moves: this browser first, then the latest. */
function compare(one, other) {
  return Number(other.current) - Number(one.current) || other.createdAt.localeCompare(one.createdAt);
}

function nameOf({ device }) {
  return device ?? 'An unknown device';
}

function fill(row, session, nowMs) {
  const { createdAt, lastSeenAt, authenticationMethod, current } = session;
  const cell = (name) => row.querySelector(`[data-cell="${name}"]`);
  const began = momentInWords(createdAt, nowMs);
  cell('device').textContent = nameOf(session);
  cell('current').hidden = !current;
  cell('name').textContent = ` the session of ${nameOf(session)}${current ? ', this browser' : ''}, signed in ${began}`;
  const seen = current ? '' : ` · seen ${momentInWords(lastSeenAt, nowMs)}`;
  cell('story').textContent = `${methodInWords(authenticationMethod)}, ${began}${seen}`;
}

function tellChange(begun, gone) {
  const sentences = [
    ...begun.map((session) => `A session has begun: ${nameOf(session)}.`),
    ...gone.map(({ session }) => `A session has ended: ${nameOf(session)}.`),
  ];
  if (sentences.length > 0) setText('sessions-status', sentences.join(' '));
}
