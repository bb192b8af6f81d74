// The usual way to receive LINE webhooks in Node: express and the SDK's middleware (signature check and JSON parsing), then
// 200. It stores nothing and answers nobody, so it shows the least such a program costs.
// usage: node server.mjs PORT SECRET
import express from 'express';
import { middleware } from '@line/bot-sdk';

const [port, channelSecret] = process.argv.slice(2);
const app = express();
let events = 0;
app.post('/webhook/line', middleware({ channelSecret }), (request, response) => {
  events += request.body.events.length;
  response.sendStatus(200);
});
app.get('/healthz', (_request, response) => response.send('ok'));
app.listen(Number(port), '127.0.0.1');
