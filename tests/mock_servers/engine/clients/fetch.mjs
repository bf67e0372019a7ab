// Node's fetch for the tests: one request a line on standard input, what came of it a line on standard output.
import { createInterface } from 'node:readline'

async function seen({ method, url, headers, body }) {
  try {
    const answer = await fetch(url, { method, headers, body: body ?? undefined, redirect: 'manual' })
    const told = { status: answer.status, headers: Object.fromEntries(answer.headers) }
    try {
      const bytes = Buffer.from(await answer.arrayBuffer())
      return { ...told, body: bytes.toString('base64'), error: null }
    } catch (error) {
      return { ...told, body: null, error: name(error) }
    }
  } catch (error) {
    return { status: null, headers: {}, body: null, error: name(error) }
  }
}

const name = (error) => error.cause?.code ?? error.cause?.message ?? error.message

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(await seen(JSON.parse(line))) + '\n')
}
