import {
  createRootRoute,
  createRoute,
  createRouter,
  Link,
  lazyRouteComponent,
  RouterProvider,
  redirect,
  useRouter,
} from '@tanstack/react-router';
import { Compass } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '../ui/states.tsx';
import { AppFrame } from './app-frame.tsx';
import { ChatPage, InvitePage } from './chat-pages.tsx';
import { ownPath } from './return-address.ts';
import { RouteError } from './route-error.tsx';

const JoinScreen = lazyRouteComponent(() => import('../features/accounts/web/join-screen.tsx'), 'JoinScreen');
/** Where someone who joins or signs in wanted to go. */
const validateSearch = (search: Record<string, unknown>): { readonly next?: string } => {
  const next = ownPath(search.next);
  return next === undefined ? {} : { next };
};

const root = createRootRoute({ notFoundComponent: NotFound });
const frame = createRoute({ getParentRoute: () => root, id: 'frame', component: AppFrame });

const home = createRoute({ getParentRoute: () => frame, path: '/', component: () => <ChatPage /> });
const room = createRoute({
  getParentRoute: () => frame,
  path: '/r/$room',
  component: function RoomPage() {
    return <ChatPage room={room.useParams().room} />;
  },
});
const message = createRoute({
  getParentRoute: () => frame,
  path: '/r/$room/m/$offset',
  component: function MessagePage() {
    const params = message.useParams();
    const offset = Number(params.offset);
    return <ChatPage room={params.room} {...(Number.isSafeInteger(offset) && offset > 0 && { focus: offset })} />;
  },
});
const invite = createRoute({
  getParentRoute: () => frame,
  path: '/i/$code',
  component: function RoomInvitePage() {
    return <InvitePage code={invite.useParams().code} />;
  },
});
const settings = createRoute({
  getParentRoute: () => frame,
  path: '/settings/$section',
  component: lazyRouteComponent(() => import('./settings-page.tsx'), 'SettingsPage'),
});
const ConsolePage = lazyRouteComponent(() => import('./console-page.tsx'), 'ConsolePage');
const admin = createRoute({ getParentRoute: () => frame, path: '/admin', component: ConsolePage });
const adminPlace = createRoute({ getParentRoute: () => frame, path: '/admin/$', component: ConsolePage });
const signInPage = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  beforeLoad: () => {
    throw redirect({ to: '/' });
  },
});
const join = createRoute({
  getParentRoute: () => root,
  path: '/join',
  validateSearch,
  component: function JoinWithoutCodePage() {
    return <JoinPage {...join.useSearch()} />;
  },
});
const joinWithCode = createRoute({
  getParentRoute: () => root,
  path: '/join/$code',
  validateSearch,
  component: function JoinWithCodePage() {
    return <JoinPage code={joinWithCode.useParams().code} {...joinWithCode.useSearch()} />;
  },
});

const router = createRouter({
  routeTree: root.addChildren([
    frame.addChildren([home, room, message, invite, settings, admin, adminPlace]),
    signInPage,
    join,
    joinWithCode,
  ]),
  defaultErrorComponent: RouteError,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

export function Routes() {
  return <RouterProvider router={router} />;
}

function JoinPage({ code, next = '/' }: { readonly code?: string; readonly next?: string }) {
  const { history } = useRouter();
  return (
    <AppFrame
      whenOut={<JoinScreen {...(code !== undefined && { code })} onSignIn={() => history.push(next)} />}
      onIn={() => history.replace(next)}
    />
  );
}

function NotFound() {
  const { t } = useTranslation();
  return (
    <main id="main" className="h-dvh">
      <EmptyState
        icon={<Compass size={40} />}
        title={t('ui.notFound')}
        text={t('ui.notFoundText')}
        action={
          <Link to="/" className="text-accent underline">
            {t('ui.toStart')}
          </Link>
        }
      />
    </main>
  );
}
