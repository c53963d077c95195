import { useState } from 'react';
import { Button } from '../../components/Button.js';
import { Moment } from '../../components/Moment.js';
import { Panel } from '../../components/Panel.js';
import { ProblemNotice } from '../../components/ProblemNotice.js';
import { useRevokeSessionMutation } from './RevokeSession.generated.js';
import type { SessionsQuery } from './Sessions.generated.js';

type UserSession = NonNullable<SessionsQuery['me']>['sessions'][number];

/** The user's sessions, each with a button to end it. */
export function SessionList({
  sessions,
  onChange,
}: {
  readonly sessions: readonly UserSession[];
  readonly onChange: () => void;
}) {
  const [revoke] = useRevokeSessionMutation();
  const [ending, setEnding] = useState<string | null>(null);
  const [problem, setProblem] = useState<unknown>(undefined);
  const end = async (sessionId: string) => {
    setEnding(sessionId);
    setProblem(undefined);
    try {
      await revoke({ variables: { input: { sessionId } } });
      onChange();
    } catch (error) {
      setProblem(error);
    } finally {
      setEnding(null);
    }
  };
  return (
    <Panel>
      <h2 className="mb-2 font-display text-xl">Where you are signed in</h2>
      {problem !== undefined && <ProblemNotice error={problem} isAction />}
      <ul className="divide-y divide-stone-200 dark:divide-stone-800">
        {sessions.map((session) => (
          <li key={session.id} className="flex flex-wrap items-center justify-between gap-3 py-3">
            <div>
              <p className="font-medium">
                {session.device}
                {session.isCurrent && (
                  <span className="ml-2 rounded-full bg-green-100 px-2 py-0.5 text-xs text-green-900">
                    this one
                  </span>
                )}
              </p>
              <p className="text-sm text-stone-600 dark:text-stone-400">
                Last used <Moment at={session.lastUsedAt} />
                {session.address && ` from ${session.address}`}
              </p>
            </div>
            {!session.isCurrent && (
              <Button
                look="secondary"
                isBusy={ending === session.id}
                aria-label={`Sign out ${session.device}`}
                onClick={() => void end(session.id)}
              >
                Sign out
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
