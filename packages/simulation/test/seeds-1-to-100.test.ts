import { seedsKeepPromises } from './keeps-promises.ts'

seedsKeepPromises(1, 100)
