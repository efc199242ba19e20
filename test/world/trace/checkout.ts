/** The kinds of OpenTelemetry, in lower case. */
export type SpanKind = 'server' | 'client' | 'internal' | 'producer' | 'consumer'

/** A tag value; formats that know strings only must convert. */
export type Tags = Record<string, string | number | boolean>

/** One step of a request, before it has ids and times. */
export interface Step {
  readonly service: string
  readonly kind: SpanKind
  readonly name: string
  readonly tags: Tags
  /** Time of its own in microseconds, children not counted; the generator varies it a little. */
  readonly work: number
  readonly error?: boolean
  readonly children: readonly Step[]
  /** Children begin together instead of one after the other. */
  readonly parallel?: boolean
  /** Begins this many microseconds after its turn, and nobody waits for it. */
  readonly detachedAfter?: number
  /** `missing`: its parent is in no list. `none`: it is a root of its own, and has no tags. */
  readonly parent?: 'missing' | 'none'
}

type Extra = Partial<Omit<Step, 'service' | 'kind' | 'name' | 'children' | 'work'>>

const step =
  (kind: SpanKind) =>
  (service: string, name: string, work: number, children: readonly Step[] = [], extra: Extra = {}): Step => ({
    service,
    kind,
    name,
    work,
    children,
    ...extra,
    tags: { 'span.kind': kind, ...extra.tags },
  })

const server = step('server')
const client = step('client')
const internal = step('internal')

const http = (method: string, route: string, status: number): Tags => ({
  'http.request.method': method,
  'http.route': route,
  'http.response.status_code': status,
})
const sql = (statement: string): Extra => ({
  tags: { 'db.system': 'postgresql', 'db.statement': statement, 'server.address': 'orders-db' },
})

/** Redis reads per batch: the N+1 group grows in batches when a trace shall be large. */
export const BATCH_SIZE = 40

/**
 * A checkout: the shop calls cart (one redis GET per item: the N+1), stock and shipping in parallel, then payment,
 * whose first charge dies of a card network that does not answer (the root cause of all three errors) and whose
 * second one succeeds; an e-mail follows after the answer has gone out.
 * @param cartSpans spans to add below the cart: batches and the reads in them.
 * @param fails false: the first charge succeeds, too, and nothing is an error.
 */
export function checkout(cartSpans: number, fails = true): Step[] {
  const order = server(
    'checkout',
    'POST /orders',
    4_000,
    [
      internal('checkout', 'load cart', 900, [
        client('checkout', 'GET', 700, [cart(cartSpans)], { tags: http('GET', '/carts/{id}', 200) }),
      ]),
      internal('checkout', 'prepare order', 1_200, [stock(), shipping()], { parallel: true }),
      internal('checkout', 'pay', 2_500, [charge(fails), charge(false)]),
      client('checkout', 'INSERT orders', 6_200, [], sql('INSERT INTO orders (id, total) VALUES ($1, $2)')),
      step('producer')('checkout', 'publish order.placed', 1_100, [email()], {
        tags: { 'messaging.system': 'kafka', 'messaging.destination.name': 'order.placed' },
      }),
    ],
    { tags: http('POST', '/orders', 201) },
  )
  const request = server(
    'frontend',
    'POST /checkout',
    3_800,
    [
      internal('frontend', 'verify session', 1_900, [
        client('frontend', 'GET session', 800, [], {
          tags: { 'db.system': 'redis', 'db.statement': 'GET session:?' },
        }),
      ]),
      client('frontend', 'POST', 1_400, [order], { tags: http('POST', '/orders', 201) }),
      internal('frontend', 'render confirmation', 5_300),
    ],
    { tags: http('POST', '/checkout', 200) },
  )
  return [
    request,
    server('recommendation', 'GET /similar', 12_000, [], {
      parent: 'missing',
      tags: http('GET', '/similar', 200),
    }),
    { ...internal('cart', 'evict expired carts', 2_200, [], { parent: 'none' }), tags: {} },
  ]
}

function cart(spans: number): Step {
  const batches: Step[] = []
  for (let left = spans; left > 0; ) {
    const reads = Math.min(BATCH_SIZE, left - 1)
    const get = (_: unknown, item: number) =>
      client('cart', 'GET item', 900, [], {
        tags: {
          'db.system': 'redis',
          'db.statement': `GET item:${1000 + item}`,
          'server.address': 'cart-redis',
        },
      })
    batches.push(internal('cart', 'load items', 600, Array.from({ length: reads }, get)))
    left -= reads + 1
  }
  return server(
    'cart',
    'GET /carts/{id}',
    1_500,
    [
      client('cart', 'SELECT carts', 3_100, [], sql('SELECT id FROM carts WHERE user_id = $1')),
      internal('cart', 'price cart', 1_000, batches),
    ],
    { tags: http('GET', '/carts/{id}', 200) },
  )
}

function stock(): Step {
  const reserve = server(
    'inventory',
    'POST /reservations',
    2_000,
    [
      client(
        'inventory',
        'SELECT stock',
        8_400,
        [],
        sql('SELECT count FROM stock WHERE sku = ANY($1) FOR UPDATE'),
      ),
      client(
        'inventory',
        'UPDATE stock',
        5_900,
        [],
        sql('UPDATE stock SET count = count - $2 WHERE sku = $1'),
      ),
    ],
    { tags: http('POST', '/reservations', 201) },
  )
  return client('checkout', 'POST', 900, [reserve], { tags: http('POST', '/reservations', 201) })
}

function shipping(): Step {
  const quote = server('shipping', 'GET /quotes', 9_000, [internal('shipping', 'rate table', 14_000)], {
    tags: http('GET', '/quotes', 200),
  })
  return client('checkout', 'GET', 800, [quote], { tags: http('GET', '/quotes', 200) })
}

function charge(fails: boolean): Step {
  const error = fails && { error: true }
  const status = fails ? 504 : 201
  const network = client('payment', 'POST card-network', fails ? 250_000 : 71_000, [], {
    ...error,
    tags: fails
      ? {
          'server.address': 'card-network.example',
          'error.type': 'timeout',
          'exception.message': 'deadline exceeded',
        }
      : { 'server.address': 'card-network.example', 'http.response.status_code': 200 },
  })
  const charges = server(
    'payment',
    'POST /charges',
    1_700,
    [internal('payment', 'validate card', 900), network],
    {
      ...error,
      tags: http('POST', '/charges', status),
    },
  )
  return client('checkout', 'POST', 1_000, [charges], { ...error, tags: http('POST', '/charges', status) })
}

function email(): Step {
  const smtp = client('email', 'SMTP send', 95_000, [], { tags: { 'server.address': 'smtp.example' } })
  return step('consumer')(
    'email',
    'process order.placed',
    1_800,
    [internal('email', 'render receipt', 7_500), smtp],
    {
      detachedAfter: 40_000,
      tags: { 'messaging.system': 'kafka', 'messaging.destination.name': 'order.placed' },
    },
  )
}

function count(steps: readonly Step[]): number {
  return steps.reduce((total, { children }) => total + 1 + count(children), 0)
}

/** Spans of the story without the N+1 group and its batches. */
export const CHECKOUT_STEPS = count(checkout(0))
