import { useEffect } from 'react';
import { Link } from 'react-router';
import { problemOf, type Problem } from '../lib/problem.js';
import { Button } from './Button.js';

interface Words {
  readonly title: string;
  readonly text: string;
}

const PARTS: Record<string, string> = {
  users: 'accounts',
  products: 'the catalogue',
  cart: 'the cart',
  orders: 'orders',
  payments: 'payments',
  notifications: 'messages',
};

function wordsOf(problem: Problem): Words {
  switch (problem.kind) {
    case 'offline':
      return {
        title: 'You seem to be offline',
        text: 'Nothing was lost. We go on as soon as the connection is back.',
      };
    case 'outage': {
      const part = (problem.service && PARTS[problem.service]) || 'this part of the shop';
      return {
        title: `We cannot reach ${part} right now`,
        text: 'The rest of the shop works. Please try again in a moment.',
      };
    }
    case 'sign-in':
      return { title: 'Please sign in again', text: 'Your session has ended.' };
    case 'forbidden':
      return {
        title: 'This is not yours to see',
        text: 'You are signed in, but this belongs to somebody else or to staff.',
      };
    case 'busy':
      return { title: 'That was a bit fast', text: 'Please wait a moment, then try again.' };
    case 'fault':
      return {
        title: 'Something went wrong on our side',
        text: problem.reference
          ? `Please try again; if you tell us, quote ${problem.reference}.`
          : 'Please try again.',
      };
  }
}

/** Says what went wrong and what the person can do. */
export function ProblemNotice({
  error,
  onRetry,
}: {
  readonly error: unknown;
  readonly onRetry?: () => void;
}) {
  const problem = problemOf(error);
  const { title, text } = wordsOf(problem);
  const isOffline = problem.kind === 'offline';
  useEffect(() => {
    if (!isOffline || !onRetry) return undefined;
    window.addEventListener('online', onRetry);
    return () => window.removeEventListener('online', onRetry);
  }, [isOffline, onRetry]);
  return (
    <div
      role="alert"
      data-problem={problem.kind}
      className="rounded-xl border border-amber-300 bg-amber-50 p-4 text-stone-900 dark:border-amber-700 dark:bg-amber-950 dark:text-amber-50"
    >
      <p className="font-semibold">{title}</p>
      <p className="mt-1 text-sm">{text}</p>
      {problem.kind === 'sign-in' ? (
        <Link to="/sign-in" className="mt-3 inline-block font-medium underline">
          Sign in
        </Link>
      ) : (
        onRetry && (
          <Button look="secondary" className="mt-3" onClick={onRetry}>
            Try again
          </Button>
        )
      )}
    </div>
  );
}
