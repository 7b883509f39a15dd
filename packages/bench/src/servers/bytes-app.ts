import Fastify, { type FastifyInstance } from 'fastify'

/** A bare Fastify that takes request bodies as the bytes they are. */
export function bytesApp(): FastifyInstance {
  const app = Fastify()
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (_request, body, done) => done(null, body))
  return app
}
