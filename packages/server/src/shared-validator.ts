/**
 * One JSON-schema validator for all sessions of a process. Each SDK v1 server otherwise builds an Ajv of its own, which
 * is most of what an idle session costs; SDK v2 does so at its first elicitation.
 *
 * V1  Ajv keeps every schema object it ever compiled, so schemas are compiled once per content and the whole engine is
 *     renewed after `MOST_SCHEMAS` of them: what a process holds is bounded however many sessions elicit.
 * V2  Ajv takes two schemas with one `$id` for the same schema, so one with an `$id` gets an engine of its own: what one
 *     session asks never decides what another accepts.
 */
import { type LowLevelServer, lowLevel, type SdkServer } from './sdk-server.ts'

/** The `jsonSchemaValidator` option of both SDKs. */
export interface SchemaValidator {
  getValidator<T>(schema: object): (input: unknown) => ValidatorResult<T>
}

type ValidatorResult<T> =
  | { valid: true; data: T; errorMessage: undefined }
  | { valid: false; data: undefined; errorMessage: string }

type ValidatorClass = new () => SchemaValidator

const MOST_SCHEMAS = 256

const shared = new WeakMap<ValidatorClass, SchemaValidator>()

/**
 * The validator of `Class` that all servers of this process share; made on first use.
 *
 * ```ts
 * import { AjvJsonSchemaValidator } from '@modelcontextprotocol/sdk/validation/ajv'
 * new McpServer(info, { jsonSchemaValidator: sharedValidator(AjvJsonSchemaValidator) })
 * ```
 */
export function sharedValidator(Class: ValidatorClass): SchemaValidator {
  const known = shared.get(Class)
  if (known) return known
  const made = new BoundedValidator(Class)
  shared.set(Class, made)
  return made
}

/** Exchanges the validator a server built for itself by the shared one of its class; one its author passed stays. */
export function shareValidator(server: SdkServer): void {
  const low: LowLevelServer = lowLevel(server)
  const own = low._jsonSchemaValidator
  if (low._options?.jsonSchemaValidator !== undefined || !isValidator(own)) return
  low._jsonSchemaValidator = sharedValidator(own.constructor as ValidatorClass)
}

class BoundedValidator implements SchemaValidator {
  readonly #Class: ValidatorClass
  readonly #compiled = new Map<string, (input: unknown) => ValidatorResult<unknown>>()
  #engine: SchemaValidator | undefined

  constructor(Class: ValidatorClass) {
    this.#Class = Class
  }

  getValidator<T>(schema: object): (input: unknown) => ValidatorResult<T> {
    const content = JSON.stringify(schema)
    const compiled = this.#compiled.get(content) ?? this.#compile(content, schema)
    return compiled as (input: unknown) => ValidatorResult<T>
  }

  #compile(content: string, schema: object): (input: unknown) => ValidatorResult<unknown> {
    if (this.#compiled.size === MOST_SCHEMAS) this.#renew() // V1
    const compiled = this.#engineFor(content).getValidator(schema)
    this.#compiled.set(content, compiled)
    return compiled
  }

  #engineFor(content: string): SchemaValidator {
    if (content.includes('"$id"')) return new this.#Class() // V2
    this.#engine ??= new this.#Class()
    return this.#engine
  }

  #renew(): void {
    this.#compiled.clear()
    this.#engine = undefined
  }
}

function isValidator(value: unknown): value is SchemaValidator {
  return typeof (value as Partial<SchemaValidator> | undefined)?.getValidator === 'function'
}
