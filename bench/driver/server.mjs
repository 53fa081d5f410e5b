// A peer's server as a process of its own, and the relay that counts what passes on the way to it.

import { spawn } from 'node:child_process';
import { connect, createServer } from 'node:net';

/** What runs on behalf of the driver and must not outlive it, whatever ends it. */
const ending = new Set();
process.on('exit', () => ending.forEach((end) => end()));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

/** Ends a process, given by its id (a group's is negative), when the driver ends before it. */
export function endWithDriver(child, id = child.pid) {
  const end = () => {
    try {
      process.kill(id, 'SIGKILL');
    } catch {
      // It was gone already.
    }
  };
  ending.add(end);
  child.once('exit', () => ending.delete(end));
}

const START_MS = 60_000;
const STOP_MS = 15_000;

/** Starts a program that prints where it listens; gives its process, port and a way to end it. */
export async function startServer(program, args, options = {}) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...options });
  endWithDriver(child);
  let log = '';
  const port = await new Promise((done, failed) => {
    const fail = (why) => failed(new Error(`the server ${why}\n${log}`));
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      fail('did not start');
    }, START_MS);
    const hear = (text) => {
      log = (log + text).slice(-20_000);
      const found = log.match(/listening on (?:http:\/\/localhost:)?(\d+)/);
      if (!found) return;
      clearTimeout(timer);
      done(Number(found[1]));
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.once('error', (error) => fail(error.message));
    child.once('exit', (code) => fail(`ended with ${code}`));
  });
  const ended = new Promise((done) => child.once('exit', done));
  return {
    pid: child.pid,
    port,
    log: () => log,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      child.kill('SIGTERM');
      await ended;
      clearTimeout(timer);
    },
  };
}

/** Runs a program to its end; gives what it printed. */
export function runToEnd(program, args, options = {}) {
  return new Promise((done, failed) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'], ...options });
    endWithDriver(child);
    const parts = [];
    child.stdout.on('data', (part) => parts.push(part));
    child.once('error', failed);
    child.once('exit', (code) => {
      if (code === 0) done(Buffer.concat(parts).toString('utf8'));
      else failed(new Error(`${program} ${args.join(' ')} ended with ${code}`));
    });
  });
}

/** A relay to a port that counts bytes both ways. Only in the run that is not timed: it costs time itself. */
export async function startRelay(port) {
  const counted = { up: 0, down: 0 };
  const sockets = new Set();
  const relay = createServer((near) => {
    const far = connect(port, '127.0.0.1');
    for (const [from, to, way] of [[near, far, 'up'], [far, near, 'down']]) {
      sockets.add(from);
      from.setNoDelay(true);
      from.on('data', (chunk) => { counted[way] += chunk.length; });
      from.on('error', () => to.destroy());
      from.on('close', () => sockets.delete(from));
      from.pipe(to);
    }
  });
  await new Promise((done) => relay.listen(0, '127.0.0.1', done));
  return {
    port: relay.address().port,
    counted,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => relay.close(done));
    },
  };
}
