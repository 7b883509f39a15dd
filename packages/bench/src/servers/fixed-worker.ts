import { FIXED_BYTES } from './fixed-answer.ts'
import { connectFixedMesh, FIXED_SUBJECT } from './fixed-mesh.ts'
import { sayReady } from './say-ready.ts'

const { wire } = await connectFixedMesh('worker')
wire.serve(FIXED_SUBJECT, ({ reply }) => reply?.end({ body: FIXED_BYTES }))
await wire.flush()

sayReady('')
