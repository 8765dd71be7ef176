// What anyone may read: health, figures, and a page in place of the web interface.
module.exports = ({ redis, log }) => {
  async function redisHealth () {
    try {
      await redis.command('PING')
      return { status: 'healthy', connected: true }
    } catch (error) {
      return { status: 'unhealthy', connected: false, error: error.message }
    }
  }

  /** Status 200 also without Redis: only `components.redis.status` tells. */
  async function health ({ reply }) {
    const begun = Date.now()
    const redisSays = await redisHealth()
    log.info('⚡ health-check completed', { type: 'performance', duration: Date.now() - begun })
    reply(200, {
      status: 'healthy',
      service: 'claude-relay-service',
      timestamp: new Date().toISOString(),
      uptime: process.uptime(),
      components: { redis: redisSays, logger: { status: 'healthy', healthy: true } }
    })
  }

  async function metrics ({ reply }) {
    try {
      const keys = await redis.keys('apikey:*')
      reply(200, {
        totalApiKeys: keys.filter((key) => key !== 'apikey:hash_map').length,
        totalClaudeAccounts: (await redis.keys('claude:account:*')).length,
        totalUsageRecords: (await redis.keys('usage:*')).length,
        uptime: process.uptime(),
        memory: process.memoryUsage(),
        timestamp: new Date().toISOString()
      })
    } catch (error) {
      log.error(`❌ Metrics collection failed: ${error.message}`, { stack: error.stack })
      reply(500, { error: 'Failed to collect metrics' })
    }
  }

  function page ({ response }) {
    response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
    response.end('<!doctype html><title>claude-relay-service (double)</title><div id="app"></div>\n')
  }

  const redirect = (status, location) => ({ response }) => {
    response.writeHead(status, { location })
    response.end()
  }

  return {
    routes: [
      ['GET', '/health', health],
      ['GET', '/metrics', metrics],
      ['GET', '/', redirect(302, '/admin-next/api-stats')],
      ['GET', '/web', redirect(301, '/admin-next/api-stats')],
      ['GET', '/admin-next/*', page]
    ]
  }
}
