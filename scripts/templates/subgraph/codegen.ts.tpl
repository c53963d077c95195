/** The types behind the generated resolvers of this subgraph. Paths are relative to src/generated. */
export default {
  contextType: '../context.js#__Name__Context',
  mappers: {
    User: '{ id: string }',
    __Entity__: '../domain/__entity__.js#__Entity__ as __Entity__Model',
  },
};
