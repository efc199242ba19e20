import { expect, it } from 'vitest'
import { isRegion, stsEndpoint } from '../../src/providers/sts-answer.ts'

const BOTH = { AWS_ENDPOINT_URL: 'http://all.example', AWS_ENDPOINT_URL_STS: 'https://sts.example' }

it.each([
  [undefined, 'https://sts.amazonaws.com/'],
  ['eu-central-1', 'https://sts.eu-central-1.amazonaws.com/'],
  ['cn-north-1', 'https://sts.cn-north-1.amazonaws.com.cn/'],
  ['us-gov-west-1', 'https://sts.us-gov-west-1.amazonaws.com/'],
  ['eusc-de-east-1', 'https://sts.eusc-de-east-1.amazonaws.eu/'],
])('region %s', (region, url) => {
  expect(stsEndpoint({}, region).href).toBe(url)
  expect(region === undefined || isRegion(region)).toBe(true)
})

it.each(['', 'x', 'eu-central-1.evil.example', 'eu-central-1/', 'EU-CENTRAL-1', 'eu central 1', '../x-y-1'])(
  '"%s" is no region',
  (text) => expect(isRegion(text)).toBe(false),
)

it.each([
  ['https://vpce-1.sts.eu-west-1.vpce.amazonaws.com', 'https://vpce-1.sts.eu-west-1.vpce.amazonaws.com/'],
  ['http://127.0.0.1:4566', 'http://127.0.0.1:4566/'],
  ['', 'https://sts.eu-west-1.amazonaws.com/'],
])('AWS_ENDPOINT_URL_STS=%s', (AWS_ENDPOINT_URL_STS, url) => {
  expect(stsEndpoint({ AWS_ENDPOINT_URL_STS }, 'eu-west-1').href).toBe(url)
})

it.each(['http://sts.example', 'file:///etc/passwd', 'sts.example', 'http://127.0.0.1.example'])(
  'AWS_ENDPOINT_URL_STS=%s is refused',
  (AWS_ENDPOINT_URL_STS) => {
    expect(() => stsEndpoint({ AWS_ENDPOINT_URL_STS }, undefined)).toThrow('is not an https URL')
  },
)

it.each([
  [{ AWS_ENDPOINT_URL: 'https://all.example' }, 'https://all.example/'],
  [{ AWS_ENDPOINT_URL: 'https://all.example', AWS_ENDPOINT_URL_STS: '' }, 'https://all.example/'],
  [
    { AWS_ENDPOINT_URL: 'http://all.example', AWS_ENDPOINT_URL_STS: 'https://sts.example' },
    'https://sts.example/',
  ],
  [{ AWS_ENDPOINT_URL: '' }, 'https://sts.eu-west-1.amazonaws.com/'],
  [{ ...BOTH, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }, 'https://sts.eu-west-1.amazonaws.com/'],
  [{ ...BOTH, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'TRUE' }, 'https://sts.eu-west-1.amazonaws.com/'],
  [{ ...BOTH, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'false' }, 'https://sts.example/'],
  [{ ...BOTH, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: '' }, 'https://sts.example/'],
])('%j is of all services, unless STS has its own', (variables, url) => {
  expect(stsEndpoint(variables, 'eu-west-1').href).toBe(url)
})

it('an endpoint of all services that is no https is told by its name', () => {
  const variables = { AWS_ENDPOINT_URL: 'http://all.example' }
  expect(() => stsEndpoint(variables, undefined)).toThrow('AWS_ENDPOINT_URL is not an https URL')
})
