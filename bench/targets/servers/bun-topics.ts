/** The bare runtime: one native topic, no protocol. Its result is an upper bound for any server on Bun. */
const server = Bun.serve<{ readonly publisher: boolean }>({
  hostname: '127.0.0.1',
  port: Number(process.argv[2]),
  fetch(request, self) {
    const data = { publisher: new URL(request.url).pathname === '/publish' };
    return self.upgrade(request, { data }) ? undefined : new Response('ok');
  },
  websocket: {
    open(socket) {
      if (!socket.data.publisher) socket.subscribe('all');
    },
    message(_, message) {
      server.publish('all', message);
    },
  },
});
