/** A client of a gateway: socket.io's, or a native WebSocket. */
export interface WebSocketClient {
  readonly readyState?: number;
  send?(message: string): void;
  emit?(event: string, data: unknown): void;
}

/**
 * Sends an event to a client, as Nest does: a native WebSocket has an `emit` too, which reaches nobody but this process, and is known by its
 * `readyState`.
 */
export function sendToClient(client: WebSocketClient, event: string, data: unknown): void {
  if (typeof client.readyState === 'number' && client.send !== undefined) client.send(JSON.stringify({ event, data }));
  else client.emit?.(event, data);
}
