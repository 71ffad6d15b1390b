// Answers each request with what Node made of it: method, target, host and body, in the field X-Reading.
const http = require('node:http');

http
  .createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      const head = [request.method, request.url, request.headers.host ?? '', ''].join('\n');
      const reading = Buffer.concat([Buffer.from(head, 'latin1'), ...parts]);
      response.setHeader('X-Reading', reading.toString('base64'));
      response.setHeader('Content-Length', 2);
      response.end('ok');
    });
  })
  .listen(Number(process.argv[2]), '127.0.0.1');
