export default { create: 'later' }
