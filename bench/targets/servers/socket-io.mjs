// Socket.IO's own server on Node, as its documentation sets it up, with connection state recovery where asked for.
import { createServer } from 'node:http';
import { Server } from 'socket.io';

const recovery = process.argv.includes('--recovery') ? { connectionStateRecovery: {} } : {};
const http = createServer((_, response) => response.end('ok'));
const io = new Server(http, { transports: ['websocket'], serveClient: false, ...recovery });

io.on('connection', (socket) => {
  socket.on('join', (channel, done) => {
    socket.join(channel);
    done();
  });
  socket.on('publish', (channel, payload, done) => {
    io.to(channel).emit('publication', payload);
    done?.();
  });
});

process.on('SIGUSR2', () => globalThis.gc?.());
http.listen(Number(process.argv[2]), '127.0.0.1');
