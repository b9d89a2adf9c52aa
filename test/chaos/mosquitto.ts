import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { freePort } from '../app/givenService.ts';
import { type OwnServer, ServerProcess, temporaryFolder } from './serverProcess.ts';

/** A broker that forgets everything when it ends: what a service needs from it must be told again. */
export async function startMosquitto(program: string): Promise<OwnServer> {
  const port = await freePort();
  const folder = temporaryFolder('mosquitto');
  const config = join(folder.path, 'mosquitto.conf');
  writeFileSync(config, `listener ${port} 127.0.0.1\nallow_anonymous true\npersistence false\n`);
  const server = new ServerProcess({ program, args: ['-c', config], answers: () => answers(port) });
  await server.start();
  return {
    url: `mqtt://127.0.0.1:${port}`,
    kill: () => server.kill(),
    start: () => server.start(),
    async stop() {
      await server.kill();
      folder.remove();
    },
  };
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } finally {
    socket.destroy();
  }
}
