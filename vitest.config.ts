import { defineConfig } from 'vitest/config'

const fromSource = { ssr: { resolve: { conditions: ['@scaled-mcp/source'] } } }
/** A condition that is awaited comes in its time; a machine that does much else may be slow. */
const expect = { poll: { timeout: 10_000 } }

export default defineConfig({
  test: {
    projects: [
      {
        ...fromSource,
        test: {
          name: 'unit',
          expect,
          testTimeout: 20_000,
          include: ['packages/*/test/**/*.test.ts'],
          exclude: ['**/*.nats.test.ts', '**/*.cluster.test.ts', 'packages/simulation/**', 'packages/tests/**']
        }
      },
      {
        ...fromSource,
        test: {
          name: 'actors',
          expect,
          testTimeout: 20_000,
          include: ['packages/tests/test/actors/*.test.ts'],
          exclude: ['**/*.cluster.test.ts']
        }
      },
      {
        ...fromSource,
        test: { name: 'nats', expect, include: ['packages/*/test/**/*.nats.test.ts'], testTimeout: 20_000 }
      },
      {
        ...fromSource,
        test: { name: 'simulation', include: ['packages/simulation/test/**/*.test.ts'], testTimeout: 60_000 }
      },
      {
        ...fromSource,
        test: {
          name: 'cluster',
          expect,
          include: ['packages/tests/test/*.test.ts', 'packages/*/test/**/*.cluster.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          fileParallelism: false
        }
      }
    ]
  }
})
