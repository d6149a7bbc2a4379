import { createRootRoute, createRoute, createRouter, notFound, RouterProvider, redirect } from '@tanstack/react-router';
import { AppFrame } from './app-frame.tsx';
import { ChatPage, InvitePage } from './chat-pages.tsx';
import { lazyPage } from './lazy-page.tsx';
import { ownPath } from './return-address.ts';
import { isInvite, isRoom, readOffset } from './route-params.ts';
import { NotFound, RouteError } from './route-screens.tsx';
import { isSection } from './settings-sections.ts';

const JoinPage = lazyPage(async () => (await import('./join-page.tsx')).JoinPage);
const SettingsPage = lazyPage(async () => (await import('./settings-page.tsx')).SettingsPage);
const ConsolePage = lazyPage(async () => (await import('./console-page.tsx')).ConsolePage);

/** Only the router reads addresses: what can lead nowhere ends here, before a page sees it. */
function demand(isPossible: boolean): void {
  if (!isPossible) throw notFound();
}

/** Where someone who joins or signs in wanted to go. */
const validateSearch = (search: Record<string, unknown>): { readonly next?: string } => {
  const next = ownPath(search.next);
  return next === undefined ? {} : { next };
};

const root = createRootRoute();
const frame = createRoute({ getParentRoute: () => root, id: 'frame', component: AppFrame });

const home = createRoute({ getParentRoute: () => frame, path: '/', component: () => <ChatPage /> });
const room = createRoute({
  getParentRoute: () => frame,
  path: '/r/$room',
  beforeLoad: ({ params }) => demand(isRoom(params.room)),
  component: function RoomPage() {
    return <ChatPage room={room.useParams().room} />;
  },
});
const message = createRoute({
  getParentRoute: () => frame,
  path: '/r/$room/m/$offset',
  beforeLoad: ({ params }) => demand(isRoom(params.room) && readOffset(params.offset) !== undefined),
  component: function MessagePage() {
    const { room: id, offset } = message.useParams();
    const focus = readOffset(offset);
    return <ChatPage room={id} {...(focus !== undefined && { focus })} />;
  },
});
const invite = createRoute({
  getParentRoute: () => frame,
  path: '/i/$code',
  beforeLoad: ({ params }) => demand(isInvite(params.code)),
  component: function RoomInvitePage() {
    return <InvitePage code={invite.useParams().code} />;
  },
});
const settings = createRoute({
  getParentRoute: () => frame,
  path: '/settings/$section',
  beforeLoad: ({ params }) => demand(isSection(params.section)),
  component: SettingsPage,
});
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
  component: JoinPage,
});
const joinWithCode = createRoute({
  getParentRoute: () => root,
  path: '/join/$code',
  validateSearch,
  beforeLoad: ({ params }) => demand(isInvite(params.code)),
  component: JoinPage,
});

const router = createRouter({
  routeTree: root.addChildren([
    frame.addChildren([home, room, message, invite, settings, admin, adminPlace]),
    signInPage,
    join,
    joinWithCode,
  ]),
  // Each page has its own boundary: what surrounds it stays.
  defaultErrorComponent: RouteError,
  defaultNotFoundComponent: NotFound,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

export function Routes() {
  return <RouterProvider router={router} />;
}
