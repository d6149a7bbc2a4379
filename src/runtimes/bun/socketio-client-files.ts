import { fileURLToPath } from 'node:url';
import { StaticFile } from './static-files.ts';

const BUILDS = ['socket.io.js', 'socket.io.min.js', 'socket.io.esm.min.js', 'socket.io.msgpack.min.js'];

/**
 * The client's own builds with their source maps, which pages load from the server they connect to: `<script
 * src="/socket.io/socket.io.js">`. https://socket.io/docs/v4/client-installation/#standalone-build
 *
 * @param folder with a trailing slash: `/socket.io/`.
 */
export function listClientFiles(folder: string): ReadonlyMap<string, StaticFile> {
  const builds = fileURLToPath(new URL('.', import.meta.resolve('socket.io-client/dist/socket.io.js')));
  const names = BUILDS.flatMap((name) => [name, `${name}.map`]);
  return new Map(names.map((name) => [`${folder}${name}`, new StaticFile(`${builds}${name}`)]));
}
