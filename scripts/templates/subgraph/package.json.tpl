{
  "name": "@cartograph/__name__",
  "private": true,
  "version": "0.1.0",
  "type": "module",
  "dependencies": {
    "@cartograph/kit": "*",
    "dataloader": "^2.2.3",
    "graphql": "^16.15.0",
    "pg": "^8.23.1",
    "typeorm": "^1.1.1"
  },
  "devDependencies": {
    "@cartograph/testing": "*"
  }
}
