import { workLogContract } from '../../../tests/conformance/work-log.ts';
import { MemoryWorkLog } from './work-log.ts';

workLogContract('memory', async () => ({ log: new MemoryWorkLog(), close: async () => {} }));
