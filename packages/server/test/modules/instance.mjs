export default { connect: async () => undefined, close: async () => undefined }
