// A network line between one browser and the server that can be cut.
//
// The browser's own offline switch leaves open streams alive, so a story that only used it would
// still receive what it must not. A cut line destroys every connection and refuses new ones.

import { connect, createServer, type Server as Listener, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort } from './server';

export class Line {
  private listener?: Listener;
  private readonly sockets = new Set<Socket>();
  /** How long every piece of data is held, each way, in milliseconds. */
  delay = 0;

  private constructor(
    private readonly port: number,
    private readonly serverPort: number,
  ) {}

  static async open(serverPort: number): Promise<Line> {
    const line = new Line(await freePort(), serverPort);
    await line.restore();
    return line;
  }

  /** What the browser opens. A service worker needs `localhost` where there is no TLS. */
  get origin(): string {
    return `http://localhost:${this.port}`;
  }

  async cut(): Promise<void> {
    const listener = this.listener;
    this.listener = undefined;
    if (!listener) return;
    const closed = new Promise((done) => listener.close(done));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  async restore(): Promise<void> {
    if (this.listener) return;
    const listener = createServer((browser) => {
      const server = connect({ port: this.serverPort, host: 'localhost' });
      for (const [socket, other] of [[browser, server], [server, browser]] as const) {
        this.sockets.add(socket);
        socket.on('error', () => other.destroy());
        socket.on('close', () => {
          this.sockets.delete(socket);
          other.destroy();
        });
        socket.pipe(this.held()).pipe(other);
      }
    });
    await new Promise<void>((done, failed) => {
      listener.once('error', failed);
      listener.listen(this.port, '127.0.0.1', done);
    });
    this.listener = listener;
  }

  private held(): Transform {
    return new Transform({
      transform: (piece, _, pass) => {
        if (this.delay === 0) pass(null, piece);
        else void wait(this.delay).then(() => pass(null, piece));
      },
    });
  }
}
