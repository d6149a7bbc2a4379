// The `ws` package on Node: what a client sends on /publish goes to every client on /subscribe.
import { createServer } from 'node:http';
import { WebSocketServer } from 'ws';

const subscribers = new Set();
const http = createServer((_, response) => response.end('ok'));
const server = new WebSocketServer({ server: http, perMessageDeflate: false });

server.on('connection', (socket, request) => {
  if (request.url !== '/publish') {
    subscribers.add(socket);
    socket.on('close', () => subscribers.delete(socket));
  }
  socket.on('message', (message) => {
    for (const subscriber of subscribers) subscriber.send(message, { binary: false });
  });
});

process.on('SIGUSR2', () => globalThis.gc?.());
http.listen(Number(process.argv[2]), '127.0.0.1');
