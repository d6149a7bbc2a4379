import { checkOf } from '../../../ui/form-check.ts';

const contract = async () => (await import('../../../contracts/accounts/contract.ts')).accountsContract;

export const checkSignIn = checkOf(async () => (await contract()).signIn);
export const checkRegister = checkOf(async () => (await contract()).register);
export const checkUpdateProfile = checkOf(async () => (await contract()).updateProfile);
export const checkChangePassword = checkOf(async () => (await contract()).changePassword);
