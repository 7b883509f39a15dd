import { fileURLToPath } from 'node:url'

/** The root of the repository, where a newcomer stands. */
export const root = fileURLToPath(new URL('../../../', import.meta.url))
