import { useSearchParams } from 'react-router';
import { Button } from '../../../components/Button.js';
import { ProblemNotice } from '../../../components/ProblemNotice.js';
import { Skeleton } from '../../../components/Skeleton.js';
import type { Role } from '../../../generated/schema.js';
import { useSession } from '../../../session/session.js';
import { ActionNotice } from '../components/ActionNotice.js';
import { Badge } from '../components/Badge.js';
import { Empty } from '../components/Empty.js';
import { LoadMore } from '../../../components/LoadMore.js';
import { PageHeader } from '../components/PageHeader.js';
import { SearchField } from '../components/SearchField.js';
import { Table } from '../components/Table.js';
import { useAction } from '../components/use-action.js';
import { When } from '../components/When.js';
import { useAdminSetUserActiveMutation } from './AdminSetUserActive.generated.js';
import { useAdminSetUserRoleMutation } from './AdminSetUserRole.generated.js';
import { useAdminUsersQuery } from './AdminUsers.generated.js';
import type { UserRowFragment } from './UserRow.generated.js';

const PAGE_SIZE = 50;

export function UsersPage() {
  const [parameters] = useSearchParams();
  const search = parameters.get('q')?.trim() || null;
  const { data, previousData, error, refetch, fetchMore } = useAdminUsersQuery({
    variables: { first: PAGE_SIZE, search },
    fetchPolicy: 'cache-and-network',
  });
  const { run, busy, problem, dismiss } = useAction();
  const users = (data ?? previousData)?.users;
  return (
    <>
      <PageHeader
        title="Users"
        note={users && `${users.totalCount} ${users.totalCount === 1 ? 'account' : 'accounts'}`}
      />
      <div className="mb-4">
        <SearchField label="Search by name or e-mail" />
      </div>
      <ActionNotice problem={problem} onDismiss={dismiss} />
      {error && <ProblemNotice error={error} onRetry={refetch} />}
      {!users && !error && <Skeleton className="h-96" />}
      {users?.totalCount === 0 && <Empty title="No matching users">Try fewer letters.</Empty>}
      {users && users.totalCount > 0 && (
        <Table
          label="Users"
          columns={['Name', 'Role', 'Account', <span className="sr-only">Actions</span>, 'Registered']}
        >
          {users.edges.map(({ node }) => (
            <Row key={node.id} user={node} run={run} isBusy={busy === node.id} />
          ))}
        </Table>
      )}
      {users && <LoadMore pageInfo={users.pageInfo} load={(after) => fetchMore({ variables: { after } })} />}
    </>
  );
}

function Row(props: {
  readonly user: UserRowFragment;
  readonly run: ReturnType<typeof useAction>['run'];
  readonly isBusy: boolean;
}) {
  const { user, run, isBusy } = props;
  const session = useSession();
  const isMyself = session?.user.id === user.id;
  const [setRole] = useAdminSetUserRoleMutation();
  const [setActive] = useAdminSetUserActiveMutation();

  // Shown at once; Apollo reverts it if the shop refuses.
  const changeRole = (role: Role) =>
    run(user.id, async () => {
      const { data } = await setRole({
        variables: { input: { userId: user.id, role } },
        optimisticResponse: {
          setUserRole: {
            __typename: 'UserPayload',
            user: { ...user, __typename: 'User', role },
            userErrors: [],
          },
        } as never,
      });
      return data?.setUserRole.userErrors;
    });
  const changeActive = (isActive: boolean) =>
    run(user.id, async () => {
      const { data } = await setActive({
        variables: { input: { userId: user.id, isActive } },
        optimisticResponse: {
          setUserActive: {
            __typename: 'UserPayload',
            user: { ...user, __typename: 'User', isActive },
            userErrors: [],
          },
        } as never,
      });
      return data?.setUserActive.userErrors;
    });

  return (
    <tr className={user.isActive ? '' : 'text-stone-600 dark:text-stone-400'}>
      <td className="min-w-44">
        <span className="font-medium">{user.name}</span>
        {isMyself && ' (you)'}
        <span className="block text-xs break-all text-stone-600 dark:text-stone-400">{user.email}</span>
      </td>
      <td>
        <select
          aria-label={`Role of ${user.name}`}
          value={user.role}
          disabled={isBusy}
          onChange={(event) => void changeRole(event.target.value as Role)}
          className="min-h-10 rounded-lg border border-stone-300 bg-white px-2 dark:border-stone-700 dark:bg-stone-900"
        >
          <option value="CUSTOMER">Customer</option>
          <option value="ADMIN">Admin</option>
        </select>
      </td>
      <td>
        <Badge tone={user.isActive ? 'good' : 'plain'}>{user.isActive ? 'Active' : 'Deactivated'}</Badge>
      </td>
      <td>
        <Button
          look="secondary"
          className="text-sm"
          disabled={isBusy}
          aria-label={`${user.isActive ? 'Deactivate' : 'Activate'} ${user.name}`}
          onClick={() => void changeActive(!user.isActive)}
        >
          {user.isActive ? 'Deactivate' : 'Activate'}
        </Button>
      </td>
      <td className="whitespace-nowrap">
        <When at={user.createdAt} />
      </td>
    </tr>
  );
}
