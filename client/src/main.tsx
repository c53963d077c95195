import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app/App.js';
import './app/styles.css';
import { sessionSignal } from './session/leave.js';

const root = createRoot(document.getElementById('root')!);
root.render(
  <StrictMode>
    <App />
  </StrictMode>,
);

// Components end their streams and timers.
sessionSignal.addEventListener('abort', () => root.unmount());
