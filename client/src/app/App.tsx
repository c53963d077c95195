import { ApolloProvider } from '@apollo/client/react';
import { RouterProvider } from 'react-router';
import { apollo } from '../lib/apollo.js';
import { router } from './routes.js';

export function App() {
  return (
    <ApolloProvider client={apollo}>
      <RouterProvider router={router} />
    </ApolloProvider>
  );
}
