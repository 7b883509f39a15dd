export default { state: { version: 1, initial: () => 0 }, create: () => undefined }
