// An SMTP server on 1025 that accepts everything, and the number of e-mails on 8025.
import { createServer } from 'node:http';
import { createServer as listen } from 'node:net';

let messages = 0;
listen((socket) => {
  let isData = false;
  let rest = '';
  const say = (line) => socket.write(`${line}\r\n`);
  say('220 sink');
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    rest += chunk.toString('latin1');
    for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
      const line = rest.slice(0, end);
      rest = rest.slice(end + 2);
      if (isData) {
        if (line !== '.') continue;
        isData = false;
        messages += 1;
        say('250 kept');
      } else if (/^DATA/i.test(line)) {
        isData = true;
        say('354 go on');
      } else if (/^QUIT/i.test(line)) socket.end('221 bye\r\n');
      else say('250 sink');
    }
  });
}).listen(1025);
createServer((_request, response) => response.end(JSON.stringify({ messages }))).listen(8025);
