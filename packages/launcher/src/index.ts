export { startMongo, type Mongo, type MongoOptions } from './stores/mongodb.js';
export { startPostgres, type Postgres, type PostgresOptions } from './stores/postgres.js';
export { startRedis, type Redis, type RedisOptions } from './stores/redis.js';
export { type Store, type StoreOptions } from './stores/store.js';
export { unpackPackages, type UnpackOptions } from './stores/debian-packages.js';
