extend schema
  @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@inaccessible"])

#common: @access AccessRole DateTime PageInfo UserError

"Why a mutation was refused."
enum ErrorCode {
  "A field is missing, too long, malformed or out of range; `field` says which."
  INVALID_INPUT
}

"One of the __name__."
type __Entity__ @key(fields: "id") {
  "Opaque identifier."
  id: ID!
  "The user who wrote it."
  author: User
  "The text."
  text: String!
  "When it was written."
  createdAt: DateTime!
}

"A list of __name__, page by page."
type __Entity__Connection {
  "The items with their cursors."
  edges: [__Entity__Edge!]!
  "The items alone."
  nodes: [__Entity__!]!
  "The position of this page in the list."
  pageInfo: PageInfo!
  "How many there are on all pages."
  totalCount: Int!
}

"One item of a list of __name__."
type __Entity__Edge {
  "Pass it as `after` to get what follows this item."
  cursor: String!
  "The item."
  node: __Entity__!
}

"A person with an account. Customers see only themselves."
type User @key(fields: "id", resolvable: false) {
  "Opaque identifier."
  id: ID!
}

type Query {
  "One of the __name__; null for an unknown id."
  __entity__("The id." id: ID!): __Entity__ @access(to: [ANYONE])
  "All __name__, newest first."
  __name__(
    "How many, from 1 to 100."
    first: Int = 20
    "The cursor of the last item received."
    after: String
  ): __Entity__Connection @access(to: [ANYONE])
}

type Mutation {
  "Writes one of the __name__."
  create__Entity__("What to write." input: Create__Entity__Input!): __Entity__Payload! @access(to: [SIGNED_IN])
}

"What to write."
input Create__Entity__Input {
  "From 1 to 2,000 characters."
  text: String!
}

"The result of a change."
type __Entity__Payload {
  "The new __entity__; null if the request was refused."
  __entity__: __Entity__
  "Why it was refused; empty if it succeeded."
  userErrors: [UserError!]!
}
