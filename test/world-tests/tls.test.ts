import { X509Certificate } from 'node:crypto'
import { get } from 'node:https'
import { expect, test } from 'vitest'
import { httpServer, listen } from '../world/loopback-server.ts'
import { makeTls, type Tls } from '../world/tls.ts'

async function fetchOver(tls: Tls, ca: string | undefined, host = 'localhost'): Promise<number | undefined> {
  const listening = await listen(httpServer((_request, response) => response.end(), tls))
  try {
    return await new Promise((resolve, reject) => {
      get({ host: '127.0.0.1', port: listening.port, servername: host, ...(ca && { ca }) }, (response) => {
        response.resume()
        resolve(response.statusCode)
      }).once('error', reject)
    })
  } finally {
    await listening.close()
  }
}

test('the authority signs a certificate for every loopback name', async () => {
  const tls = await makeTls()
  const [ca, cert] = [new X509Certificate(tls.ca), new X509Certificate(tls.cert)]
  expect(ca.ca).toBe(true)
  expect(cert.ca).toBe(false)
  expect(cert.checkIssued(ca)).toBe(true)
  expect(cert.verify(ca.publicKey)).toBe(true)
  expect(cert.checkHost('localhost')).toBe('localhost')
  expect([cert.checkIP('127.0.0.1'), cert.checkIP('::1')]).toEqual(['127.0.0.1', '::1'])
})

test('a client that trusts the authority connects, others do not', async () => {
  const tls = await makeTls()
  expect(await fetchOver(tls, tls.ca, 'localhost')).toBe(200)
  await expect(fetchOver(tls, undefined)).rejects.toThrow(/certificate/)
  await expect(fetchOver(tls, (await makeTls()).ca)).rejects.toThrow(/certificate/)
})

test('expired and foreign certificates are refused for that reason', async () => {
  const expired = await makeTls({ notAfter: new Date(Date.now() - 1000) })
  await expect(fetchOver(expired, expired.ca, 'localhost')).rejects.toMatchObject({
    code: 'CERT_HAS_EXPIRED',
  })
  const foreign = await makeTls({ hosts: ['elsewhere.example'] })
  await expect(fetchOver(foreign, foreign.ca, 'localhost')).rejects.toMatchObject({
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
  })
})
