import { describe } from 'vitest'
import { plainClaims } from './conformance/plain-claims.ts'
import { localActors } from './local-actors.ts'

describe('actors of one process', () => plainClaims(localActors()))
