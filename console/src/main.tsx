import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { BrowserRouter } from 'react-router-dom';
import { Problem } from './api/client';
import { SessionProvider } from './api/session';
import { App } from './app';
import { LanguageProvider } from './i18n';
import './ui/base.css';

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // What passes is asked again; what is refused is shown.
      retry: (count, error) => error instanceof Problem && error.passing && count < 3,
      refetchOnWindowFocus: true,
    },
  },
});

createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <LanguageProvider>
        <SessionProvider>
          <BrowserRouter>
            <App />
          </BrowserRouter>
        </SessionProvider>
      </LanguageProvider>
    </QueryClientProvider>
  </StrictMode>,
);
