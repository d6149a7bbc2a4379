import { createContext, useContext, useSyncExternalStore } from 'react';
import type { Me } from '../../../contracts/accounts/contract.ts';
import type { SignIn, SignInState } from './sign-in-state.ts';

const Context = createContext<SignIn | undefined>(undefined);
export const SignInProvider = Context.Provider;

export function useSignIn(): SignIn {
  const signIn = useContext(Context);
  if (signIn === undefined) throw new Error('this screen needs a SignInProvider');
  return signIn;
}

export function useSignInState(): SignInState {
  const { state } = useSignIn();
  return useSyncExternalStore(state.subscribe, state.get);
}

/** The signed-in person; only on screens behind the sign-in. */
export function useMe(): Me {
  const state = useSignInState();
  if (state.kind !== 'in') throw new Error('nobody is signed in');
  return state.me;
}
