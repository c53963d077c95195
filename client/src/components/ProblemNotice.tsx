import { useCallback, useEffect, useState, type ReactNode } from 'react';
import { Link, useLocation } from 'react-router';
import { problemOf, type Problem } from '../lib/problem.js';
import { Button } from './Button.js';
import { ClockIcon, FaultIcon, LockIcon, OfflineIcon, OutageIcon } from './icons.js';

interface Texts {
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

/** Each kind of problem has its own look, which shows who can act before the text is read. */
const LOOKS: Readonly<Record<Problem['kind'], readonly [colours: string, icon: ReactNode]>> = {
  offline: [
    'border-stone-300 bg-stone-100 text-stone-900 dark:border-stone-600 dark:bg-stone-800 dark:text-stone-50',
    <OfflineIcon />,
  ],
  outage: [
    'border-amber-300 bg-amber-50 text-amber-950 dark:border-amber-700 dark:bg-amber-950 dark:text-amber-50',
    <OutageIcon />,
  ],
  fault: [
    'border-red-300 bg-red-50 text-red-950 dark:border-red-800 dark:bg-red-950 dark:text-red-50',
    <FaultIcon />,
  ],
  'sign-in': [
    'border-sky-300 bg-sky-50 text-sky-950 dark:border-sky-800 dark:bg-sky-950 dark:text-sky-50',
    <LockIcon />,
  ],
  forbidden: [
    'border-sky-300 bg-sky-50 text-sky-950 dark:border-sky-800 dark:bg-sky-950 dark:text-sky-50',
    <LockIcon />,
  ],
  busy: [
    'border-amber-300 bg-amber-50 text-amber-950 dark:border-amber-700 dark:bg-amber-950 dark:text-amber-50',
    <ClockIcon />,
  ],
};

function textsOf(problem: Problem, isAction: boolean): Texts {
  switch (problem.kind) {
    case 'offline':
      return {
        title: 'You seem to be offline',
        text: isAction
          ? 'We cannot tell whether that arrived. Once you are back online, check before you try again.'
          : 'Nothing was lost. We continue as soon as the connection is back.',
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
        title: 'You do not have access to this',
        text: 'You are signed in, but this belongs to someone else or to staff.',
      };
    case 'busy':
      return { title: 'That was a bit fast', text: 'Please wait a moment, then try again.' };
    case 'fault':
      return {
        title: 'Something went wrong on our side',
        text: problem.reference
          ? `Please try again. If you report it, quote ${problem.reference}.`
          : 'Please try again.',
      };
  }
}

interface ProblemNoticeProps {
  readonly error: unknown;
  /** Tries again. If it returns a promise, its failure appears as another `error`. */
  readonly onRetry?: () => unknown;
  /** Whether it prevented an action, which only the user can repeat. */
  readonly isAction?: boolean;
}

/** Says what went wrong and what the person can do. */
export function ProblemNotice({ error, onRetry, isAction = false }: ProblemNoticeProps) {
  const problem = problemOf(error);
  const { title, text } = textsOf(problem, isAction);
  const [isTrying, setTrying] = useState(false);
  const retry = useCallback(async () => {
    setTrying(true);
    try {
      await onRetry?.();
    } catch {
      // The failure is shown as the error of the request.
    } finally {
      setTrying(false);
    }
  }, [onRetry]);
  const [colours, icon] = LOOKS[problem.kind];
  const isOffline = problem.kind === 'offline';
  const { pathname, search } = useLocation();
  useEffect(() => {
    if (!isOffline) return undefined;
    const onOnline = () => void retry();
    window.addEventListener('online', onOnline);
    return () => window.removeEventListener('online', onOnline);
  }, [isOffline, retry]);
  return (
    <div role="alert" data-problem={problem.kind} className={`flex gap-3 rounded-xl border p-4 ${colours}`}>
      <span className="mt-0.5 shrink-0">{icon}</span>
      <div>
        <p className="font-semibold">{title}</p>
        <p className="mt-1 text-sm">{text}</p>
        {problem.kind === 'sign-in' ? (
          <Link
            to={`/sign-in?next=${encodeURIComponent(pathname + search)}`}
            className="mt-3 inline-block font-medium underline"
          >
            Sign in
          </Link>
        ) : (
          onRetry && (
            <Button look="secondary" className="mt-3" isBusy={isTrying} onClick={() => void retry()}>
              Try again
            </Button>
          )
        )}
      </div>
    </div>
  );
}
