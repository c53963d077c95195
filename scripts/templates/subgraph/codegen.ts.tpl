/** The types behind the generated resolvers of this subgraph; paths are seen from src/generated. */
export default {
  contextType: '../app.js#__Name__Context',
  mappers: {
    User: '{ id: string }',
    __Entity__: '../domain/__entity__.js#__Entity__ as __Entity__Model',
  },
};
