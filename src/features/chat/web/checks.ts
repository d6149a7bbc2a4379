import { checkOf } from '../../../ui/form-check.ts';

const contract = async () => (await import('../../../contracts/chat/contract.ts')).chatContract;

export const checkCreateGroup = checkOf(async () => (await contract()).createGroup);
export const checkRename = checkOf(async () => (await contract()).rename);
export const checkAddMembers = checkOf(async () => (await contract()).addMembers);
