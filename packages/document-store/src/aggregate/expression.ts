import { arithmeticOperators } from './operators/arithmetic.js';
import { arrayOperators } from './operators/array.js';
import { conversionOperators } from './operators/conversion.js';
import { dateOperators } from './operators/date.js';
import { logicOperators } from './operators/logic.js';
import { objectOperators } from './operators/object.js';
import { setOperators } from './operators/set.js';
import { stringOperators } from './operators/string.js';
import { accumulatorOperators } from './accumulators.js';
import { register } from './core.js';

for (const table of [
  arithmeticOperators,
  arrayOperators,
  conversionOperators,
  dateOperators,
  logicOperators,
  objectOperators,
  setOperators,
  stringOperators,
  accumulatorOperators,
])
  register(table);

export { compileExpression, isTruthy, type Expression, type Scope, type Variables } from './core.js';
