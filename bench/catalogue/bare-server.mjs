// An HTTP server that reads each request whole and answers with the same text: what HTTP alone costs in Node.
import { createServer } from 'node:http';

const answer = Buffer.alloc(Number(process.argv[2]), 'x');
const server = createServer((request, response) => {
  request.resume().on('end', () => response.setHeader('content-type', 'application/json').end(answer));
});
server.listen(0, '127.0.0.1', () => console.log(JSON.stringify({ port: server.address().port })));
