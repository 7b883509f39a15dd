import { seedsKeepPromises } from './keeps-promises.ts'

seedsKeepPromises(101, 200)
