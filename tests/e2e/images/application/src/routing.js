// Routing by Express' rules: letters of either case, one slash at the end or none, nothing decoded, nothing normalised.
// Source: Express 4, "strict" and "case sensitive" routing, both off.
const url = require('url')

/** The path of a request's target, as Express sees it. */
function pathOf (target) {
  return (target.startsWith('/') ? target.split(/[?#]/)[0] : url.parse(target).pathname) || '/' // eslint-disable-line n/no-deprecated-api
}

/** Routes of the form [method, path, handler]; a path that ends in /* takes everything below it. */
function router (routes) {
  const table = routes.map(([method, path, handler]) => ({ method, path: path.toLowerCase(), handler }))

  return (method, target) => {
    const path = pathOf(target).toLowerCase()
    const plain = path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path
    const found = table.find((route) =>
      (route.method === method || (route.method === 'GET' && method === 'HEAD')) &&
      (route.path.endsWith('/*') ? path.startsWith(route.path.slice(0, -1)) : route.path === plain)
    )
    return found && found.handler
  }
}

module.exports = { router, pathOf }
