// An upstream in a process of its own that answers every request with the same completion, and tells its port.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const body = JSON.stringify({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  model: 'fixed',
  choices: [
    {
      index: 0,
      message: {
        role: 'assistant',
        content: 'A fixed answer of some twenty words, so that there is something to parse and to hand on.',
      },
      finish_reason: 'stop',
    },
  ],
  usage: { prompt_tokens: 30, completion_tokens: 20, total_tokens: 50 },
});

const server = createServer((request, response) => {
  request.resume().on('end', () => {
    response
      .writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) })
      .end(body);
  });
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
process.on('disconnect', () => process.exit());
