// The release server on a free port, with a data folder of its own and the demo's accounts.

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const REPOSITORY = resolve(__dirname, '../../..');
const START_LIMIT = 60_000;
const STOP_LIMIT = 15_000;

function variable(name: string, otherwise: string): string {
  return process.env[name] || join(REPOSITORY, otherwise);
}

const BINARY = variable('SERVER_BIN', 'target/release/ruyuan-server');

export async function freePort(): Promise<number> {
  for (;;) {
    // Below those that the system gives to whoever connects somewhere: a line that was cut listens there again.
    const port = 20_000 + Math.floor(Math.random() * 12_000);
    const probe = createServer();
    const free = await new Promise<boolean>((done) => {
      probe.once('error', () => done(false));
      probe.listen(port, '127.0.0.1', () => done(true));
    });
    await new Promise((done) => probe.close(done));
    if (free) return port;
  }
}

export class Server {
  /** Everything it has printed since the first start. */
  log = '';
  /** The client that the next start serves. */
  dist = variable('DIST', 'dist');
  /** The content that the next start imports. */
  content = variable('CONTENT', 'content');
  private process?: ChildProcess;

  private constructor(
    readonly port: number,
    readonly data: string,
    private readonly demo: boolean,
  ) {}

  static async start(options: { demo?: boolean } = {}): Promise<Server> {
    const data = await mkdtemp(join(tmpdir(), 'ruyuan-data-'));
    const server = new Server(await freePort(), data, options.demo ?? true);
    await server.start();
    return server;
  }

  /** Starts it again, on the same port and data. */
  async start(): Promise<void> {
    const child = spawn(
      BINARY,
      [
        'serve',
        '--port', String(this.port),
        '--data', this.data,
        '--dist', this.dist,
        '--content', this.content,
        ...(this.demo ? ['--demo'] : []),
      ],
      { cwd: REPOSITORY, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.process = child;
    const before = this.log.length;
    await new Promise<void>((ready, failed) => {
      const fail = (why: string) => failed(new Error(`the server ${why}\n${this.log}`));
      const timer = setTimeout(() => fail(`did not start in ${START_LIMIT} ms`), START_LIMIT);
      const heard = (text: Buffer) => {
        this.log += text;
        if (this.log.includes('listening on', before)) {
          clearTimeout(timer);
          ready();
        }
      };
      child.stdout?.on('data', heard);
      child.stderr?.on('data', heard);
      child.once('error', (error) => fail(`could not be started: ${error.message}`));
      child.once('exit', (code) => {
        clearTimeout(timer);
        fail(`ended with ${code}`);
      });
    });
  }

  /** Ends everything that a person may do, beside the server that runs. */
  async leave(user: string): Promise<void> {
    await promisify(execFile)(BINARY, ['leave', '--user', user, '--data', this.data]);
  }

  /** Asks it to end, as a deployment would, and waits until it has. */
  async stop(): Promise<void> {
    const child = this.process;
    this.process = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((done) => child.once('exit', done));
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT);
    child.kill('SIGTERM');
    await ended;
    clearTimeout(timer);
  }

  async dispose(): Promise<void> {
    await this.stop();
    await rm(this.data, { recursive: true, force: true });
  }
}
