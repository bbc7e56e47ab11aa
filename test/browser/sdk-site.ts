import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** The browser SDK as published. */
const SDK = readFileSync(join(__dirname, '..', '..', 'node_modules', 'cotter', 'dist', 'cotter.min.js'));

/** Where the SDK of a site is pointed at. */
export interface SdkTarget {
  readonly apiKeyId: string;
  /** The issuer's, for both of the SDK's base URLs. */
  readonly issuerUrl: string;
}

/** A site of its own origin with Cotter's unmodified SDK in its page, which is told nothing but its two base URLs. */
export class SdkSite {
  target: SdkTarget = { apiKeyId: '', issuerUrl: '' };

  private constructor(
    private readonly server: Server,
    readonly origin: string,
  ) {
    server.on('request', ({ url = '' }, response) => {
      if (url === '/cotter.min.js') {
        response.writeHead(200, { 'Content-Type': 'text/javascript; charset=utf-8' }).end(SDK);
        return;
      }
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' }).end(this.#page());
    });
  }

  static async open(): Promise<SdkSite> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new SdkSite(server, `http://localhost:${String((server.address() as AddressInfo).port)}`);
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
  }

  /** `signIn` shows a form; `outcome` becomes what comes of it. */
  #page(): string {
    const { apiKeyId, issuerUrl } = this.target;
    return `<!doctype html>
      <html lang="en">
        <head>
          <meta charset="utf-8" />
          <meta name="viewport" content="width=device-width, initial-scale=1" />
          <meta name="color-scheme" content="light dark" />
          <title>A site with a form</title>
          <link rel="icon" href="data:," />
          <style>
            body { margin: 0; font: 1rem system-ui; }
            #cotter-form-container { width: 100%; max-width: 26rem; height: 26rem; }
          </style>
        </head>
        <body>
          <div id="cotter-form-container"></div>
          <script src="/cotter.min.js"></script>
          <script>
            Cotter.CotterEnum.BackendURL = '${issuerUrl}/api/v0';
            Cotter.CotterEnum.JSURL = '${issuerUrl}';
            const cotter = new Cotter('${apiKeyId}');
            let outcome = null;
            function signIn({ show = 'showEmailForm', by = 'signInWithOTP', onBegin, ...options } = {}) {
              const form = new Cotter({ ApiKeyID: '${apiKeyId}', ...options })[by](onBegin);
              outcome = form[show]().then(
                (value) => ({ value }),
                (error) => ({ error: error.data ?? String(error), status: error.status }),
              );
            }
          </script>
        </body>
      </html>`;
  }
}
