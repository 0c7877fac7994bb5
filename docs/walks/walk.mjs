// The five-minute walk in JavaScript (Node 20 or newer, nothing to install): a PDF into a patient's record, through the
// gateway of a running `baton up`, and a webhook that says so.
//
//   node docs/walks/walk.mjs [PDF]
//
// It reads addresses and key from BATON_SDK (default baton-data/sdk, or the folder sdk in BATON_DATA_DIR).
// ACCESS_CODE is the code that the practitioner read from the toolbar; without it, the sandbox makes one.
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const sample = fileURLToPath(new URL('../../sdk-kit/samples/dispense-notification.pdf', import.meta.url));
const pdf = process.argv[2] ?? sample;
const sdk = process.env.BATON_SDK ?? join(process.env.BATON_DATA_DIR ?? 'baton-data', 'sdk');
const found = await readFile(join(sdk, 'connection-details.json'), 'utf8').catch(() => {
  console.error(`no environment in ${sdk}: start \`baton up\` here, or set BATON_SDK to its sdk folder`);
  process.exit(1);
});
const details = JSON.parse(found);
const gateway = details.gateway;

// Every call has the same shape: the key in a header, and a problem document when the answer is no.
async function call(method, path, body) {
  const form = body instanceof FormData;
  const answer = await fetch(gateway.url + path, {
    method,
    headers: {
      Authorization: `Bearer ${gateway.apiKey}`,
      ...(body && !form ? { 'Content-Type': 'application/json' } : {}),
    },
    body: form ? body : body && JSON.stringify(body),
    signal: AbortSignal.timeout(30_000),
  });
  const text = await answer.text();
  if (!answer.ok) {
    const problem = JSON.parse(text);
    for (const fault of problem.invalidParameters ?? []) console.error(`  ${fault.name}: ${fault.reason}`);
    throw new Error(`${method} ${path}: ${problem.title} (${problem.instance})`);
  }
  return text ? JSON.parse(text) : undefined;
}

// Whether a webhook is ours (Standard Webhooks). `body` is the bytes as they came.
function isGenuine(secret, headers, body) {
  const timestamp = headers['webhook-timestamp'];
  if (!(Math.abs(Date.now() / 1000 - Number(timestamp)) <= 300)) return false;
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const expected = createHmac('sha256', key).update(`${headers['webhook-id']}.${timestamp}.`).update(body).digest();
  // While a secret is being rotated there are two signatures, with a space between; one must be ours.
  return headers['webhook-signature'].split(' ').some((signature) => {
    const [version, given] = signature.split(',');
    const bytes = Buffer.from(given ?? '', 'base64');
    return version === 'v1' && bytes.length === expected.length && timingSafeEqual(bytes, expected);
  });
}

// 1. The practitioner, by your product's own id. Again and again does no harm.
const user = gateway.userId;
const userPath = `/v1/users/${encodeURIComponent(user)}`;
await call('PUT', userPath, { name: 'Dr Amara Okafor' });

// 2. The practitioner reads an access code from the toolbar and types it into a form of yours. It lives for a minute.
async function sandboxCode() {
  const made = await fetch(`${details.platformUrl}/sandbox/v1/access-code`, { method: 'POST' });
  return (await made.json()).accessCode;
}
const accessCode = process.env.ACCESS_CODE ?? (await sandboxCode());
await call('POST', `${userPath}/authorisation`, { accessCode });
console.log('authorised:', user);

// 3. Your product's endpoint: check, note, answer at once, and work afterwards.
let secret;
const told = [];
let wake = () => {};
const server = createServer(async (request, response) => {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const body = Buffer.concat(pieces);
  if (secret && isGenuine(secret, request.headers, body)) {
    // The same webhook-id may come twice: a product remembers which it has seen.
    told.push(JSON.parse(body));
    wake();
    response.writeHead(204).end();
  } else {
    response.writeHead(401).end();
  }
});
server.listen(0, '127.0.0.1');
await once(server, 'listening');
// The secret is shown this once. `up` allows private addresses; elsewhere use https.
const webhook = await call('POST', '/v1/webhooks', {
  url: `http://127.0.0.1:${server.address().port}/`,
  description: 'walk.mjs',
});
secret = webhook.secret;

// 4. Send. The id is yours: with the same one you can send again after any doubt, and nothing is filed twice.
const messageId = randomUUID();
const form = new FormData();
const entry = {
  messageId,
  kind: 'instant',
  userId: user,
  topic: 'DispenseEventNotification',
  to: details.practiceOdsCode,
  nhsNumber: details.nhsNumber,
  body: { mimeType: 'text/plain', content: 'Medicines handed out today.' },
};
form.append('message', new Blob([JSON.stringify(entry)], { type: 'application/json' }));
form.append('file', new Blob([await readFile(pdf)], { type: 'application/pdf' }), basename(pdf));
const entered = await call('POST', '/v1/messages', form);
console.log('queued:', entered.messageId);

// 5. Webhooks tell what becomes of it. They name the message and nothing of the patient.
const nextEvent = async () => {
  while (told.length === 0) {
    await new Promise((resolve, reject) => {
      const late = setTimeout(() => reject(new Error('nothing was told for 30 s')), 30_000);
      wake = () => { clearTimeout(late); resolve(); };
    });
  }
  return told.shift();
};
for (;;) {
  const event = await nextEvent();
  if (event.data.messageId !== messageId) continue;
  console.log('webhook:', event.type, event.data.status ?? '', event.data.subStatus ?? '');
  if (event.type === 'message.refused') throw new Error(`refused: ${event.data.problem}`);
  if (event.data.status === 'COMPLETED') break;
}

// 6. The same on demand, whenever you like: where it stands, every try, everything that happened.
const message = await call('GET', `/v1/messages/${messageId}`);
console.log('in the record:', message.status, message.subStatus);
await call('DELETE', `/v1/webhooks/${webhook.webhookId}`);
server.close();
server.closeAllConnections();
