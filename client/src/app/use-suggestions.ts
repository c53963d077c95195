import { useEffect, useState } from 'react';
import { useSearchSuggestionsQuery, type SearchSuggestionsQuery } from './SearchSuggestions.generated.js';

const PAUSE_MS = 150;
/** One letter begins too many words to suggest any. */
const MIN_LETTERS = 2;

export type Suggestion = NonNullable<SearchSuggestionsQuery['products']>['nodes'][number];

/** The products that a search finds first, once the typing pauses. What was found before stays until they are there. */
export function useSuggestions(text: string, isWanted: boolean): readonly Suggestion[] {
  const [settled, setSettled] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setSettled(text.trim()), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [text]);
  const isAsked = isWanted && settled.length >= MIN_LETTERS;
  const { data, previousData } = useSearchSuggestionsQuery({
    variables: { search: settled.slice(0, 200) },
    skip: !isAsked,
  });
  return (isAsked && (data ?? previousData)?.products?.nodes) || [];
}
