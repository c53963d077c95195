import type { DirectiveNode, SelectionNode } from 'graphql';

/** Values of the Boolean variables that @skip and @include name. */
export type ConditionValues = Readonly<Record<string, boolean>>;

/** Whether @skip and @include let a selection in. */
export function isConditionMet(selection: SelectionNode, values: ConditionValues): boolean {
  const directives = selection.directives;
  if (!directives || directives.length === 0) return true;
  for (const directive of directives) {
    if (directive.name.value === 'skip' && ifValue(directive, values)) return false;
    if (directive.name.value === 'include' && !ifValue(directive, values)) return false;
  }
  return true;
}

function ifValue(directive: DirectiveNode, values: ConditionValues): boolean {
  const value = directive.arguments?.find(({ name }) => name.value === 'if')?.value;
  if (value?.kind === 'BooleanValue') return value.value;
  return value?.kind === 'Variable' && values[value.name.value] === true;
}
