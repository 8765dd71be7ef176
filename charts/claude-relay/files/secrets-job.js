// Creates the release's Secrets that are missing, and adds the keys and annotations that are missing in those that are there.
// It never changes or prints a value. It runs in a Job, where the chart is rendered without a cluster, and so cannot look up what is there.
const crypto = require('crypto')
const fs = require('fs')
const https = require('https')

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const NEW_SECONDS = 600 // A PVC that is older than the Job by more than this was not created together with it.
const account = process.env.SERVICE_ACCOUNT_FOLDER || '/var/run/secrets/kubernetes.io/serviceaccount'
const job = process.env.JOB_NAME
const { namespace, claim, secrets } = JSON.parse(process.env.WANTED)

function request(method, path, body) {
  const headers = { Authorization: `Bearer ${fs.readFileSync(`${account}/token`, 'utf8').trim()}` }
  if (body) headers['Content-Type'] = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env
  const options = { host, port, method, path, headers, ca: fs.readFileSync(`${account}/ca.crt`), timeout: 10000 }
  return new Promise((resolve, reject) => {
    const sent = https.request(options, (answer) => {
      let text = ''
      answer.on('data', (part) => { text += part })
      answer.on('end', () => {
        const known = [200, 201, 404, 409].includes(answer.statusCode)
        if (known) return resolve({ status: answer.statusCode, object: JSON.parse(text) })
        reject(new Error(`${method} ${path}: the API server answers ${answer.statusCode}: ${text.slice(0, 500)}`))
      })
    })
    sent.on('timeout', () => sent.destroy(new Error(`${method} ${path}: no answer within 10 s`)))
    sent.on('error', reject)
    sent.end(body && JSON.stringify(body))
  })
}

const core = (resource, name) => `/api/v1/namespaces/${namespace}/${resource}${name ? `/${name}` : ''}`
const created = (object) => Date.parse(object.metadata.creationTimestamp) / 1000
const random = (length) => Array.from({ length }, () => ALPHABET[crypto.randomInt(ALPHABET.length)]).join('')
const base64 = (text) => Buffer.from(text).toString('base64')

// A new encryption key would make all data useless that an earlier one encrypted.
async function refuseNewKeyOverData(secret) {
  if (!claim) return
  const found = await request('GET', core('persistentvolumeclaims', claim))
  if (found.status === 404) return
  const own = await request('GET', `/apis/batch/v1/namespaces/${namespace}/jobs/${job}`)
  if (own.status === 404 || created(own.object) - created(found.object) > NEW_SECONDS) {
    throw new Error(
      `PersistentVolumeClaim/${claim} has data of this release, but Secret/${secret} with its encryption-key does not exist: ` +
      'restore the Secret from a copy, or copy the Secret of the earlier name to this name. If the data is not needed, set ' +
      'allowDataLoss to true, which makes all upstream accounts and clients\' API keys useless'
    )
  }
}

async function complete({ metadata, generate, fixed }) {
  for (let attempt = 0; attempt < 5; attempt++) {
    const { status, object } = await request('GET', core('secrets', metadata.name))
    const there = (status === 200 && object.data) || {}
    const missing = [...Object.keys(generate), ...Object.keys(fixed)].filter((key) => !there[key]).sort()
    // A Secret that an earlier release rendered is deleted as soon as it is not rendered any more, unless it is annotated.
    const { resourceVersion, annotations: present = {} } = object.metadata
    const absent = Object.entries(metadata.annotations).filter(([name]) => !(name in present))
    if (!missing.length && !absent.length) return console.log(`Secret/${metadata.name} is complete`)
    if (missing.includes('encryption-key')) await refuseNewKeyOverData(metadata.name)
    const data = Object.fromEntries(missing.map((key) => [key, base64(fixed[key] || random(generate[key]))]))
    const secret = { apiVersion: 'v1', kind: 'Secret', type: 'Opaque', metadata, data }
    // With the resourceVersion that was read, a key that somebody else adds meanwhile is a conflict (409), and is not replaced.
    const added = { metadata: { resourceVersion, annotations: Object.fromEntries(absent) }, data }
    const change = status === 404
      ? await request('POST', core('secrets'), secret)
      : await request('PATCH', core('secrets', metadata.name), added)
    if (change.status < 300) return console.log(`Secret/${metadata.name}: created ${missing.join(', ') || 'annotations'}`)
  }
  throw new Error(`Secret/${metadata.name} is changed by others all the time: run the Job again`)
}

(async () => {
  for (const secret of secrets) await complete(secret)
})().catch((error) => {
  console.error(error.message)
  process.exit(1)
})
